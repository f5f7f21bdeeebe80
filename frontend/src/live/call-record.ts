/** The call's record over server-sent events, for what its socket can no longer say. */

import { parseServerMessage, type ServerMessage } from "./protocol";

const patienceMs = 90_000;

/**
 * Replays the record, and goes on asking while the summary is being written. `onClosed` is called once, when the
 * summary has come or is not to be expected any more. Returns how to stop.
 */
export function followRecord(
  callId: string,
  onMessage: (message: ServerMessage) => void,
  onClosed: () => void,
): () => void {
  const events = new EventSource(`/api/stream/transcript/${callId}`);
  const stop = () => {
    clearTimeout(patience);
    events.close();
  };
  const close = () => {
    stop();
    onClosed();
  };
  const patience = setTimeout(close, patienceMs);
  events.onmessage = ({ data }: MessageEvent<string>) => {
    const message = parseServerMessage(data);
    if (message === null) return;
    onMessage(message);
    if (message.type === "summary") close();
  };
  // A stream that ended reconnects by itself; one that was refused (no such call, signed out) does not.
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) close();
  };
  return stop;
}
