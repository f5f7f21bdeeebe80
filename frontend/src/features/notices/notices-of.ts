import type { CallState, MicrophoneTrouble } from "../../live/call-state";
import { ringSeconds } from "../../live/call-socket";

export interface Notice {
  key: string;
  tone: "alert" | "caution";
  words: string;
  /** What the agent can do about it. */
  remedies: readonly ("resume" | "leave")[];
  /** Epoch milliseconds from which sound is kept here unsent. */
  keptSince?: number;
}

const microphoneWords: Record<MicrophoneTrouble, string> = {
  silent: "No sound from your microphone for 10 seconds. Is it muted on the headset, or the wrong one?",
  clipping: "Your microphone is too loud: words are being cut off. Turn it down or move it away a little.",
  unplugged: "Your microphone was disconnected. The call goes on without your voice.",
};

/** Everything that is not as it should be, in words, the most pressing first. */
export function noticesOf(call: CallState): Notice[] {
  const notices: Notice[] = [];
  const { connection } = call;
  const ended = call.ended !== null;
  if (!ended && (connection.kind === "reconnecting" || connection.kind === "offline")) {
    notices.push(
      call.hangingUp
        ? {
            key: "ending",
            tone: "alert",
            words: "The call ends as soon as the last words are sent.",
            remedies: ["leave"],
          }
        : {
            key: "away",
            tone: "alert",
            words:
              "The connection is gone. Go on speaking: everything is recorded here and sent when it is back.",
            remedies: [],
            keptSince: connection.since,
          },
    );
  }
  if (!ended && connection.kind === "connecting" && connection.attempt > 1) {
    notices.push({
      key: "connecting",
      tone: "caution",
      words: "The server does not answer yet. What you say is recorded here meanwhile.",
      remedies: ["leave"],
    });
  }
  if (!ended && connection.kind === "closed")
    notices.push(closedNotice(connection.code, connection.error?.message));
  if (!ended && call.microphone !== null) {
    notices.push({
      key: "microphone",
      tone: "caution",
      words: microphoneWords[call.microphone],
      remedies: [],
    });
  }
  for (const { part, message } of call.parts)
    notices.push({ key: `part-${part}`, tone: "caution", words: message, remedies: [] });
  if (call.refused !== null)
    notices.push({ key: "refused", tone: "caution", words: call.refused.message, remedies: [] });
  return notices;
}

function closedNotice(code: number, message: string | undefined): Notice {
  const base = { key: "closed", tone: "alert" } as const;
  switch (code) {
    case 4401:
      return {
        ...base,
        words:
          "You are signed out. Sign in again in another tab, then resume; the call is recorded here meanwhile.",
        remedies: ["resume", "leave"],
      };
    case 4429:
      return {
        ...base,
        words: `${message ?? "The server has too much to do."} Wait a moment, then resume.`,
        remedies: ["resume", "leave"],
      };
    case 4409:
      return { ...base, words: "This call goes on in another window.", remedies: ["leave"] };
    case 1000:
    case 4410:
      return {
        key: "over",
        tone: "caution",
        words: "The call is over. Its last words are still being written down; the wrap-up follows.",
        remedies: ["leave"],
      };
    default:
      return { ...base, words: message ?? "The server has closed the call.", remedies: ["leave"] };
  }
}

/** Seconds of sound that can still be kept here before the oldest is lost. */
export function secondsLeft(keptSince: number, now: number): number {
  return Math.max(0, ringSeconds - (now - keptSince) / 1_000);
}
