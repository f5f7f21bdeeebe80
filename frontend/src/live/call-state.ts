/** All that the console knows about one call, as plain data. Seconds are seconds into the call. */

import type { Call } from "../api/calls";
import type { CustomerProfile } from "../api/customer-profile";
import type { Rating } from "../api/suggestions";
import type { CloseReason, Connection } from "./connection";
import type {
  AlertRaised,
  Citation,
  HoldChanged,
  HungUp,
  MuteChanged,
  NoteSent,
  Sentiment,
  ServerMessage,
  Speaker,
  Stages,
  SuggestionStatus,
  SuggestionType,
} from "./protocol";

/** What happened in a call besides speech. */
export type Happening = AlertRaised | NoteSent | HoldChanged | MuteChanged | HungUp;

/** One final window's words, a stretch nobody heard, or something that happened. */
export type Line =
  | {
      kind: "words";
      key: string;
      speaker: Speaker;
      window: number;
      start: number;
      end: number;
      text: string;
      delay: Delay | null;
    }
  | { kind: "gap"; key: string; speaker: Speaker; start: number; end: number; reason: string }
  | {
      kind: "event";
      key: string;
      /** Null where only its order is known; `start` and `end` are then those of what stood before it. */
      second: number | null;
      start: number;
      end: number;
      event: Happening;
    };

/** Where the time went until words were seen, in milliseconds. */
export interface Delay {
  stages: Stages;
  /** From hearing of the words to the frame after painting them; null until then, and for a hidden page. */
  paint: number | null;
}

/** What was heard of a window that is still open; replaced by whatever its speaker says next. */
export interface Interim {
  window: number;
  start: number;
  text: string;
}

export interface LookupDone {
  tool: string;
  arguments: Record<string, unknown>;
  found: number;
}

export interface Suggestion {
  id: string;
  /** The turn that caused it: its last window and its words; of a question, nothing and the question. */
  speaker: Speaker;
  window: number | null;
  trigger: string;
  /** Who asked; null for advice that nobody asked for. */
  askedBy: string | null;
  /** Null until the whole message is there. */
  type: SuggestionType | null;
  status: SuggestionStatus;
  message: string;
  /** Why there is no message, in words for the agent. */
  failure: string | null;
  citations: Citation[];
  lookups: LookupDone[];
  used: boolean;
  dismissed: boolean;
  rating: Rating;
  /** Until its first word. */
  delay: Delay | null;
}

/** What stays above the advice until the agent has seen it. */
export type Pin = AlertRaised | NoteSent;

/** A part of the system that is not at its best: its state and words for a person. */
export interface PartStatus {
  part: string;
  state: string;
  message: string;
}

export interface SentimentPoint extends Sentiment {
  at: string;
  /** Seconds into the call; null for that of the whole call. */
  end: number | null;
}

/** Where the audio comes from, and who the call is with as far as one knows before the server says. */
export interface CallSource {
  kind: "microphone" | "sample" | "browser";
  title: string;
  accountNumber: string | null;
}

/** The line over which agent and customer hear each other. */
export type VoiceState = "waiting" | "connecting" | "connected" | "broken";

/** What is wrong with the agent's sound. */
export type MicrophoneTrouble = "silent" | "clipping" | "unplugged";

export interface CallState {
  phase: "idle" | "opening" | "open";
  /** Why the last try to open a call came to nothing, in words. */
  openFailure: string | null;
  callId: string | null;
  source: CallSource | null;
  muted: boolean;
  microphone: MicrophoneTrouble | null;
  /** Null where the page carries no conversation: a recorded call, or one held over another telephone. */
  voice: VoiceState | null;
  connection: Connection;
  /** Every event of the record so far, ids 1, 2, …: what the state below is made from. */
  record: ServerMessage[];
  /** Epoch milliseconds at which the server first took the call; what the running timer counts from. */
  startedAt: number | null;
  /** Epoch milliseconds at which the customer was put on hold; null while they are not. */
  heldSince: number | null;
  /** The customer has hung up; the agent has not. */
  customerGone: boolean;
  customer: CustomerProfile | null;
  customerUnknown: boolean;
  /** In order of `start`. */
  lines: Line[];
  interim: Partial<Record<Speaker, Interim>>;
  /** Oldest first. */
  suggestions: Suggestion[];
  sentiments: SentimentPoint[];
  /** Alerts and notes the agent has not put away, oldest first. */
  pins: Pin[];
  parts: PartStatus[];
  /** The last thing the server refused without ending the call. */
  refused: CloseReason | null;
  hangingUp: boolean;
  ended: { durationSeconds: number; status: string } | null;
  /** `text` is null when it was given up, for what `failure` says; the field itself while there is none yet. */
  summary: { text: string | null; failure: string | null } | null;
  /** The call as it was stored when a reload came back to its wrap-up. */
  saved: Call | null;
  /** The record has been asked for and will not say more. */
  recordClosed: boolean;
}

export const noCall: CallState = {
  phase: "idle",
  openFailure: null,
  callId: null,
  source: null,
  muted: false,
  microphone: null,
  voice: null,
  connection: { kind: "connecting", attempt: 0 },
  record: [],
  startedAt: null,
  heldSince: null,
  customerGone: false,
  customer: null,
  customerUnknown: false,
  lines: [],
  interim: {},
  suggestions: [],
  sentiments: [],
  pins: [],
  parts: [],
  refused: null,
  hangingUp: false,
  ended: null,
  summary: null,
  saved: null,
  recordClosed: false,
};
