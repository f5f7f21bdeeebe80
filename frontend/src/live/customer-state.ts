/** A call as the customer's page knows it: no words, no advice, only how it stands. */

import type { MicrophoneTrouble, VoiceState } from "./call-state";
import type { Connection } from "./connection";

export interface CustomerState {
  phase: "idle" | "opening" | "returning" | "ringing" | "talking" | "over";
  /** Why the call could not be made, or how it ended, in words. */
  words: string | null;
  agentName: string | null;
  /** Epoch milliseconds: since when it rings, then since when one talks. */
  since: number | null;
  onHold: boolean;
  muted: boolean;
  voice: VoiceState | null;
  microphone: MicrophoneTrouble | null;
  connection: Connection;
}

export const notCalling: CustomerState = {
  phase: "idle",
  words: null,
  agentName: null,
  since: null,
  onHold: false,
  muted: false,
  voice: null,
  microphone: null,
  connection: { kind: "connecting", attempt: 0 },
};

export type CustomerAction =
  | { type: "opening" }
  | { type: "failed"; words: string }
  | { type: "returning"; since: number | null }
  | { type: "ringing"; now: number }
  | { type: "accepted"; agentName: string; now: number }
  | { type: "held"; on: boolean }
  | { type: "muted"; muted: boolean }
  | { type: "voice"; voice: VoiceState }
  | { type: "microphone"; trouble: MicrophoneTrouble | null }
  | { type: "connection"; connection: Connection }
  | { type: "over"; words: string };

export function customerReducer(state: CustomerState, action: CustomerAction): CustomerState {
  switch (action.type) {
    case "opening":
      return { ...notCalling, phase: "opening" };
    case "failed":
      return { ...notCalling, words: action.words };
    case "returning":
      return { ...notCalling, phase: "returning", since: action.since };
    case "ringing":
      return { ...state, phase: "ringing", since: action.now };
    case "accepted":
      // Told again after each reconnection: one talks since the first time.
      if (state.phase !== "ringing" && state.phase !== "returning")
        return { ...state, agentName: action.agentName };
      return {
        ...state,
        phase: "talking",
        agentName: action.agentName,
        since: state.phase === "returning" ? state.since : action.now,
      };
    case "held":
      return { ...state, onHold: action.on };
    case "muted":
      return { ...state, muted: action.muted, microphone: null };
    case "voice":
      return { ...state, voice: action.voice };
    case "microphone":
      return action.trouble === state.microphone ? state : { ...state, microphone: action.trouble };
    case "connection":
      return { ...state, connection: action.connection };
    case "over":
      // How it ended first is how it ended: closing sockets have nothing to add.
      return state.phase === "over" ? state : { ...notCalling, phase: "over", words: action.words };
  }
}
