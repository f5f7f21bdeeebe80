/**
 * The media socket's messages, `docs/protocol.md` in types.
 *
 * A message with an `id` belongs to the call's record: ids count from 1 without holes. Times are seconds
 * into the call; offsets and `received_bytes` count one socket's bytes as sent.
 */

import type { CustomerProfile, SentimentLabel } from "../api/customer-profile";

export type Speaker = "agent" | "customer";
export type SuggestionType = "tip" | "insight" | "policy" | "alert" | "action";
export type SuggestionStatus = "streaming" | "complete" | "superseded" | "failed";

/** Which legs a socket carries: one speaker's, or both, interleaved, left = agent, right = customer. */
export type Legs = { channels: 1; speaker: Speaker } | { channels: 2 };

export type StartCall = {
  type: "start_call";
  sample_rate: number;
  encoding: "pcm_s16le";
  customer_id?: number;
  account_number?: string;
  agent_name?: string;
  last_event_id?: number;
  epoch?: number;
} & Legs;

/** What a client says in text; audio goes as binary frames. */
export type ClientMessage =
  | StartCall
  | { type: "gap"; to: number }
  | { type: "end_call" }
  | { type: "hold"; on: boolean }
  | { type: "mute"; on: boolean }
  | { type: "signal"; to: Speaker; data: unknown }
  | { type: "ping" };

/** Milliseconds between the arrival of a window's last byte and the moment its words were told, by the server's clock. */
export type Stages = Record<string, number>;

export interface Citation {
  ref: number;
  title: string;
  section: string;
  url: string;
  quote: string;
}

export interface Sentiment {
  label: SentimentLabel;
  score: number;
}

interface OfCall {
  call_id: string;
  /** Present on what belongs to the call's record. */
  id?: number;
}

export interface CallStarted extends OfCall {
  type: "call_started";
  protocol: number;
  epoch: number;
  resumed: boolean;
  speakers: Speaker[];
  received_bytes: number;
  /** The record follows after this id. Below what we sent, our later ids mean nothing to the server any more. */
  last_event_id: number;
  ice_servers?: RTCIceServer[];
  /** To a customer: what opens the next socket of this leg. */
  ticket?: string;
}

export interface AudioAck extends OfCall {
  type: "audio_ack";
  received_bytes: number;
}

export interface CustomerLoaded extends OfCall {
  type: "customer";
  customer: CustomerProfile | null;
}

export interface Transcript extends OfCall {
  type: "transcript";
  speaker: Speaker;
  text: string;
  start: number;
  end: number;
  window: number;
  final: boolean;
  confidence: number | null;
  stages?: Stages;
}

export interface Gap extends OfCall {
  type: "gap";
  speaker: Speaker;
  start: number;
  end: number;
  reason: string;
}

export interface SuggestionStarted extends OfCall {
  type: "suggestion_started";
  suggestion_id: string;
  /** Null for a question: then `trigger` is the question. */
  window: number | null;
  speaker: Speaker;
  trigger: string;
  /** Who asked; absent for advice that nobody asked for. */
  asked_by?: string | null;
}

export interface SuggestionDelta extends OfCall {
  type: "suggestion_delta";
  suggestion_id: string;
  /** Characters (Unicode code points) before this piece; 0 again after a retry. */
  offset: number;
  content: string;
  stages?: Stages;
}

export interface Lookup extends OfCall {
  type: "lookup";
  suggestion_id: string;
  tool: string;
  arguments: Record<string, unknown>;
  found: number;
}

export interface SuggestionEnded extends OfCall {
  type: "suggestion";
  suggestion_id: string;
  suggestion_type: SuggestionType;
  message: string;
  citations: Citation[];
  status: SuggestionStatus;
}

export interface SentimentMeasured extends OfCall, Sentiment {
  type: "sentiment";
  at: string;
  /** The second of the call up to which it counts; absent when it is that of the whole call. */
  end?: number | null;
}

export type AlertKind = "leaving" | "escalation" | "legal";

/** The customer said something that a person should act on now. */
export interface AlertRaised extends OfCall {
  type: "alert";
  kind: AlertKind;
  message: string;
  /** The customer's words. */
  trigger: string;
  window: number;
  speaker: Speaker;
  end: number;
}

export interface NoteSent extends OfCall {
  type: "note";
  note_id: string;
  text: string;
  /** The supervisor's name. */
  from: string;
  at: string;
}

export interface HoldChanged extends OfCall {
  type: "hold";
  speaker: Speaker;
  on: boolean;
  at: string;
}

export interface MuteChanged extends OfCall {
  type: "mute";
  speaker: Speaker;
  on: boolean;
  at: string;
}

/** One party's leg has ended; the call goes on. */
export interface HungUp extends OfCall {
  type: "hang_up";
  speaker: Speaker;
  at: string;
}

/** What the other leg's page says to this one. */
export interface Signalled extends OfCall {
  type: "signal";
  from: Speaker;
  data: unknown;
}

export interface StatusChanged extends OfCall {
  type: "status";
  part: string;
  state: string;
  message: string;
  /** With the part `call` once it is accepted. */
  agent_name?: string;
}

/** The server has lost its memory: forget what came after this event. */
export interface Rewind extends OfCall {
  type: "rewind";
  last_event_id: number;
}

export interface Reconnect extends OfCall {
  type: "reconnect";
  after_ms: number;
}

export interface CallEnded extends OfCall {
  type: "call_ended";
  duration_seconds: number;
  status: string;
}

export interface SummaryWritten extends OfCall {
  type: "summary";
  /** Empty when it was given up; `failure` then says why. */
  summary: string | null;
  sentiment: Sentiment | SentimentLabel | null;
  failure?: string;
}

export interface ErrorSaid extends OfCall {
  type: "error";
  code: string;
  message: string;
  fatal: boolean;
  received_bytes?: number;
}

export interface Pong extends OfCall {
  type: "pong";
}

export type ServerMessage =
  | CallStarted
  | AudioAck
  | CustomerLoaded
  | Transcript
  | Gap
  | SuggestionStarted
  | SuggestionDelta
  | Lookup
  | SuggestionEnded
  | SentimentMeasured
  | AlertRaised
  | NoteSent
  | HoldChanged
  | MuteChanged
  | HungUp
  | Signalled
  | StatusChanged
  | Rewind
  | Reconnect
  | CallEnded
  | SummaryWritten
  | ErrorSaid
  | Pong;

const known: Record<ServerMessage["type"], true> = {
  call_started: true,
  audio_ack: true,
  customer: true,
  transcript: true,
  gap: true,
  suggestion_started: true,
  suggestion_delta: true,
  lookup: true,
  suggestion: true,
  sentiment: true,
  alert: true,
  note: true,
  hold: true,
  mute: true,
  hang_up: true,
  signal: true,
  status: true,
  rewind: true,
  reconnect: true,
  call_ended: true,
  summary: true,
  error: true,
  pong: true,
};

/** A message off the wire; null for what is no JSON object or of a type this build does not know yet. */
export function parseServerMessage(text: string): ServerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  const { type } = value;
  return typeof type === "string" && Object.hasOwn(known, type) ? (value as ServerMessage) : null;
}
