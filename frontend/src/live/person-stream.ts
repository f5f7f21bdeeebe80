/** What a person is told without asking: who rings and, for a supervisor, which calls go on. */

import type { Call, RingingCall } from "../api/calls";
import type { SentimentLabel } from "../api/customer-profile";
import type { AlertKind, Speaker } from "./protocol";

/** A call that goes on, as a supervisor sees it. */
export interface CallGoingOn extends Call {
  last_line: { speaker: Speaker; text: string; end: number } | null;
  mood: { label: SentimentLabel; score: number } | null;
  alerts: number;
  last_alert: { kind: AlertKind; message: string; trigger: string } | null;
}

export type PersonMessage =
  | { type: "ringing"; calls: RingingCall[]; unanswered: RingingCall[] }
  | { type: "live_calls"; calls: CallGoingOn[] }
  | { type: "live_call"; call: CallGoingOn }
  | { type: "call_over"; call_id: string };

export type PersonAction = PersonMessage | { type: "connected"; connected: boolean } | { type: "signed_out" };

export interface PersonState {
  connected: boolean;
  /** The server refuses to tell anything: the session has ended. */
  signedOut: boolean;
  ringing: RingingCall[];
  /** They rang in vain within the last minute. */
  unanswered: RingingCall[];
  /** Null until the first list has come. */
  live: CallGoingOn[] | null;
}

export const nobody: PersonState = {
  connected: false,
  signedOut: false,
  ringing: [],
  unanswered: [],
  live: null,
};

export function personReducer(state: PersonState, action: PersonAction): PersonState {
  switch (action.type) {
    case "connected":
      return { ...state, connected: action.connected, signedOut: state.signedOut && !action.connected };
    case "signed_out":
      return { ...state, signedOut: true };
    case "ringing":
      return { ...state, ringing: action.calls, unanswered: action.unanswered };
    case "live_calls":
      return { ...state, live: action.calls };
    case "live_call": {
      const live = state.live ?? [];
      const known = live.findIndex(({ call_id }) => call_id === action.call.call_id);
      return { ...state, live: known < 0 ? [action.call, ...live] : live.with(known, action.call) };
    }
    case "call_over":
      return { ...state, live: (state.live ?? []).filter(({ call_id }) => call_id !== action.call_id) };
  }
}

const known = ["ringing", "live_calls", "live_call", "call_over"];

/** Null for what this build does not know yet. */
export function parsePersonMessage(text: string): PersonMessage | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  return known.includes(value.type as string) ? (value as PersonMessage) : null;
}
