import { useEffect, useMemo, useReducer, useRef } from "react";

import { callIn } from "../api/customer-calls";
import { RequestFailed } from "../api/http";
import { AudioUnavailable } from "./audio-source";
import { CustomerCall } from "./customer-call";
import { customerReducer, notCalling, type CustomerState } from "./customer-state";
import { LevelStore } from "./level-store";
import { openMicrophone } from "./microphone";

export interface CustomerControls {
  call: (name: string, accountNumber: string) => void;
  setMuted: (muted: boolean) => void;
  hangUp: () => void;
}

/** A customer's one call. Every failure shows in the state; nothing here throws. */
export function useCustomerCall(): { state: CustomerState; level: LevelStore; controls: CustomerControls } {
  const [state, dispatch] = useReducer(customerReducer, notCalling);
  const level = useMemo(() => new LevelStore(), []);
  const current = useRef<CustomerCall | null>(null);

  const controls = useMemo((): CustomerControls => {
    async function call(name: string, accountNumber: string): Promise<void> {
      dispatch({ type: "opening" });
      current.current?.leave();
      try {
        const microphone = await openMicrophone();
        try {
          const opened = await callIn(name, accountNumber);
          current.current = new CustomerCall(microphone, opened, dispatch, (value) => level.set(value));
          current.current.start();
        } catch (error) {
          microphone.stop();
          throw error;
        }
      } catch (error) {
        const known = error instanceof AudioUnavailable || error instanceof RequestFailed;
        dispatch({ type: "failed", words: known ? error.message : "The call could not be made." });
      }
    }
    return {
      call: (name, accountNumber) => void call(name, accountNumber),
      setMuted: (muted) => current.current?.setMuted(muted),
      hangUp: () => current.current?.hangUp(),
    };
  }, [level]);

  useEffect(() => () => current.current?.leave(), []);
  return { state, level, controls };
}
