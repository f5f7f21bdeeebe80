import { hour } from "../../components/format";
import type { CallState } from "../../live/call-state";
import type { Connection } from "../../live/connection";

export type ConnectionTone = "good" | "waiting" | "gone" | "over";

/** The connection as an agent would say it. */
export function connectionWords(
  connection: Connection,
  call: Pick<CallState, "ended" | "hangingUp">,
): { words: string; tone: ConnectionTone } {
  if (call.ended !== null) return { words: "Call ended", tone: "over" };
  if (call.hangingUp && connection.kind === "live")
    return { words: "Writing down the last words", tone: "waiting" };
  switch (connection.kind) {
    case "connecting":
      return {
        words: connection.attempt > 1 ? `Connecting (${connection.attempt})` : "Connecting",
        tone: "waiting",
      };
    case "live":
      return { words: "Live", tone: "good" };
    case "reconnecting":
      return { words: `Reconnecting (${connection.attempt})`, tone: "gone" };
    case "offline":
      return { words: `Offline since ${hour(connection.since)}`, tone: "gone" };
    case "catching_up":
      return { words: "Back, catching up", tone: "waiting" };
    case "back":
      return { words: "Back, caught up", tone: "good" };
    case "closed":
      return { words: "Disconnected", tone: "gone" };
  }
}
