import { useEffect, useMemo, useReducer, useRef } from "react";

import { callIn } from "../api/customer-calls";
import { RequestFailed } from "../api/http";
import { AudioUnavailable } from "./audio-source";
import { CustomerCall } from "./customer-call";
import { customerReducer, notCalling, type CustomerAction, type CustomerState } from "./customer-state";
import { keptCustomerCall, type KeptCustomerCall } from "./kept-call";
import { LevelStore } from "./level-store";
import { openMicrophone } from "./microphone";

export interface CustomerControls {
  call: (name: string, accountNumber: string) => void;
  /** Back into the call that this tab was in before it was loaded anew. */
  goOn: () => void;
  setMuted: (muted: boolean) => void;
  hangUp: () => void;
}

/** A customer's one call. Every failure shows in the state; nothing here throws. */
export function useCustomerCall(): { state: CustomerState; level: LevelStore; controls: CustomerControls } {
  const [state, dispatch] = useReducer(customerReducer, notCalling);
  const level = useMemo(() => new LevelStore(), []);
  const current = useRef<CustomerCall | null>(null);

  const controls = useMemo((): CustomerControls => {
    async function open(first: CustomerAction, which: () => Promise<KeptCustomerCall>): Promise<void> {
      dispatch(first);
      current.current?.leave();
      try {
        const microphone = await openMicrophone();
        try {
          current.current = new CustomerCall(microphone, await which(), dispatch, (value) =>
            level.set(value),
          );
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
      call: (name, accountNumber) =>
        void open({ type: "opening" }, async () => {
          const { call_id: callId, ticket } = await callIn(name, accountNumber);
          return { callId, ticket, begunAt: null, muted: false };
        }),
      goOn: () => {
        const kept = keptCustomerCall.get();
        if (kept !== null) void open({ type: "returning", since: kept.begunAt }, () => Promise.resolve(kept));
      },
      setMuted: (muted) => current.current?.setMuted(muted),
      hangUp: () => current.current?.hangUp(),
    };
  }, [level]);

  useEffect(() => {
    controls.goOn();
    return () => current.current?.leave();
  }, [controls]);
  return { state, level, controls };
}
