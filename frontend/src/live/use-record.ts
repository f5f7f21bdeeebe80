import { useEffect, useReducer } from "react";

import { callReducer } from "./call-reducer";
import { noCall, type CallState } from "./call-state";
import { parseServerMessage } from "./protocol";

/** A call as one who only looks on sees it, by its record. Give the component the call's id as its key. */
export function useRecord(callId: string): CallState {
  const [state, dispatch] = useReducer(callReducer, noCall);
  useEffect(() => {
    const events = new EventSource(`/api/stream/transcript/${callId}`);
    let attempt = 0;
    let over = false;
    events.onopen = () => {
      attempt = 0;
      dispatch({ type: "connection_changed", connection: { kind: "live" }, now: Date.now() });
    };
    events.onmessage = ({ data }: MessageEvent<string>) => {
      const message = parseServerMessage(data);
      if (message === null) return;
      dispatch(message);
      over ||= message.type === "call_ended";
      if (message.type === "summary") finish();
    };
    events.onerror = () => {
      // The record of a call that is over ends its stream; any other end is a cut, and the browser tries again.
      if (over || events.readyState === EventSource.CLOSED) {
        finish();
        return;
      }
      attempt += 1;
      const now = Date.now();
      dispatch({
        type: "connection_changed",
        connection: { kind: "reconnecting", attempt, since: now },
        now,
      });
    };
    const finish = () => {
      events.close();
      dispatch({ type: "record_closed" });
    };
    return () => events.close();
  }, [callId]);
  return state;
}
