import { useEffect, useReducer } from "react";

import { currentUser } from "../api/session";
import { nobody, parsePersonMessage, personReducer, type PersonState } from "./person-stream";

/** A stream that the server refused is asked for again after this long. */
const againMs = 5_000;

/** Follows `/api/events` for as long as somebody is signed in. */
export function usePersonStream(): PersonState {
  const [state, dispatch] = useReducer(personReducer, nobody);
  useEffect(() => {
    let events: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      events = new EventSource("/api/events");
      events.onopen = () => dispatch({ type: "connected", connected: true });
      events.onmessage = ({ data }: MessageEvent<string>) => {
        const message = parsePersonMessage(data);
        if (message !== null) dispatch(message);
      };
      events.onerror = () => {
        dispatch({ type: "connected", connected: false });
        if (events.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(open, againMs);
        void tellIfSignedOut();
      };
    };
    const tellIfSignedOut = async () => {
      // Where even this has no answer, it is not the session that is missing.
      const user = await currentUser().catch(() => undefined);
      if (user === null) dispatch({ type: "signed_out" });
    };
    open();
    return () => {
      clearTimeout(timer);
      events.close();
    };
  }, []);
  return state;
}
