/**
 * From events to the state of a call: pure, and safe to feed twice.
 *
 * Events with an id are taken once and in order; those at or below the last one are repeats. A server that lost part
 * of the record says from where it goes on: the state is then made anew from what both still have.
 */

import type { Call } from "../api/calls";
import type { SuggestionMark } from "../api/suggestions";
import {
  noCall,
  type CallSource,
  type CallState,
  type Happening,
  type Line,
  type MicrophoneTrouble,
  type Suggestion,
  type VoiceState,
} from "./call-state";
import type { Connection } from "./connection";
import type { ErrorSaid, ServerMessage, StatusChanged } from "./protocol";
import { addLookup, addSuggestion, appendDelta, finishSuggestion, markSuggestion } from "./suggestion-state";
import { addGap, addHappening, addTranscript, happeningKey } from "./transcript-state";

/** What happens at this end of the line. */
export type LocalAction =
  | { type: "opening"; source: CallSource }
  | { type: "open_failed"; message: string }
  | { type: "opened"; call_id: string; begun_at: number | null }
  | { type: "wrap_up_loaded"; call: Call }
  | { type: "left" }
  | { type: "muted"; muted: boolean }
  | { type: "microphone"; trouble: MicrophoneTrouble | null }
  | { type: "voice"; voice: VoiceState }
  | { type: "pin_seen"; key: string }
  | { type: "painted"; key: string; ms: number }
  | { type: "refused"; message: string }
  | { type: "connection_changed"; connection: Connection; now: number }
  | { type: "hanging_up" }
  | { type: "suggestion_marked"; suggestion_id: string; mark: SuggestionMark }
  | { type: "mark_failed"; suggestion_id: string; mark: SuggestionMark; message: string }
  | { type: "record_closed" };

export type CallAction = ServerMessage | LocalAction;

export function callReducer(state: CallState, action: CallAction): CallState {
  if (!("id" in action)) return apply(state, action);
  if (action.id <= lastEventId(state)) return state;
  return apply({ ...state, record: [...state.record, action] }, action);
}

function lastEventId({ record }: CallState): number {
  return record.at(-1)?.id ?? 0;
}

function apply(state: CallState, action: CallAction): CallState {
  switch (action.type) {
    case "call_started":
    case "rewind":
      return action.last_event_id < lastEventId(state) ? forgetAfter(state, action.last_event_id) : state;
    case "customer":
      return { ...state, customer: action.customer, customerUnknown: action.customer === null };
    case "transcript":
      return { ...state, ...addTranscript(state, action) };
    case "gap":
      return { ...state, lines: addGap(state.lines, action) };
    case "suggestion_started":
      return { ...state, suggestions: addSuggestion(state.suggestions, action) };
    case "suggestion_delta":
      return { ...state, suggestions: appendDelta(state.suggestions, action) };
    case "lookup":
      return { ...state, suggestions: addLookup(state.suggestions, action) };
    case "suggestion":
      return { ...state, suggestions: finishSuggestion(state.suggestions, action) };
    case "suggestion_marked":
      return {
        ...state,
        suggestions: markSuggestion(state.suggestions, action.suggestion_id, action.mark),
        refused: null,
      };
    case "mark_failed": {
      const { used, dismissed, rating } = action.mark;
      const before = {
        ...(used !== undefined && { used: !used }),
        ...(dismissed !== undefined && { dismissed: !dismissed }),
        ...(rating !== undefined && { rating: null }),
      };
      return {
        ...state,
        suggestions: markSuggestion(state.suggestions, action.suggestion_id, before),
        refused: { code: "mark_failed", message: `That was not saved. ${action.message}` },
      };
    }
    case "sentiment": {
      const { label, score, at, end = null } = action;
      const others = state.sentiments.filter((point) => point.at !== at);
      return { ...state, sentiments: [...others, { label, score, at, end }] };
    }
    case "alert":
    case "note":
      return happen({ ...state, pins: [...state.pins, action] }, action);
    case "hold":
      return happen({ ...state, heldSince: action.on ? Date.parse(action.at) : null }, action);
    case "mute":
      return happen(state, action);
    case "hang_up":
      return happen({ ...state, customerGone: state.customerGone || action.speaker === "customer" }, action);
    case "status":
      return { ...state, parts: withPart(state.parts, action) };
    case "error":
      return refuse(state, action);
    case "call_ended":
      return { ...state, ended: { durationSeconds: action.duration_seconds, status: action.status } };
    case "summary":
      return {
        ...state,
        summary: { text: action.summary === "" ? null : action.summary, failure: action.failure ?? null },
        interim: {},
      };
    case "opening":
      return { ...noCall, phase: "opening", source: action.source };
    case "open_failed":
      return { ...noCall, openFailure: action.message };
    case "opened":
      return { ...state, phase: "open", callId: action.call_id, startedAt: action.begun_at };
    case "wrap_up_loaded":
      return { ...state, saved: action.call };
    case "left":
      return noCall;
    case "muted":
      return { ...state, muted: action.muted, microphone: null };
    case "microphone":
      return action.trouble === state.microphone ? state : { ...state, microphone: action.trouble };
    case "voice":
      return { ...state, voice: action.voice };
    case "pin_seen":
      return { ...state, pins: state.pins.filter((pin) => happeningKey(pin) !== action.key) };
    case "painted":
      return paint(state, action.key, action.ms);
    case "refused":
      return { ...state, refused: { code: "refused", message: action.message } };
    case "connection_changed":
      return connect(state, action.connection, action.now);
    case "hanging_up":
      return { ...state, hangingUp: true };
    case "record_closed":
      return { ...state, recordClosed: true };
    case "audio_ack":
    case "signal":
    case "pong":
    case "reconnect":
      return state;
  }
}

function happen(state: CallState, event: Happening): CallState {
  return { ...state, lines: addHappening(state.lines, event) };
}

/** Completes the delay of a line or a suggestion, whichever has this key. */
function paint(state: CallState, key: string, ms: number): CallState {
  const line = state.lines.findLastIndex((one) => one.key === key);
  const suggestion = state.suggestions.findLastIndex(({ id }) => id === key);
  return {
    ...state,
    lines: painted(state.lines, line, ms),
    suggestions: painted(state.suggestions, suggestion, ms),
  };
}

function painted<T extends Line | Suggestion>(all: T[], index: number, ms: number): T[] {
  const one = all[index];
  if (one === undefined || !("delay" in one) || one.delay === null) return all;
  return all.with(index, { ...one, delay: { ...one.delay, paint: ms } });
}

/** The call as its record up to `id` tells it; what is of this end of the line stays. */
function forgetAfter(state: CallState, id: number): CallState {
  const { phase, callId, source, muted, microphone, voice, connection, startedAt, hangingUp, saved } = state;
  const kept = state.record.filter((event) => (event.id ?? 0) <= id);
  const here = { phase, callId, source, muted, microphone, voice, connection, startedAt, hangingUp, saved };
  const start = { ...noCall, ...here };
  return kept.reduce(callReducer, start);
}

/**
 * While away nothing replaces interim words and no part tells how it is, so both go: what was final comes back
 * with the record, and the server says again what is not well.
 */
function connect(state: CallState, connection: Connection, now: number): CallState {
  const up = connection.kind === "live" || connection.kind === "catching_up" || connection.kind === "back";
  if (up) return { ...state, connection, startedAt: state.startedAt ?? now };
  return { ...state, connection, interim: {}, parts: [] };
}

function refuse(state: CallState, { code, message, fatal }: ErrorSaid): CallState {
  if (code === "unknown_customer") return { ...state, customerUnknown: true };
  // A fatal one comes again as the reason of the close that follows it.
  return fatal ? state : { ...state, refused: { code, message } };
}

/** A part that is `ok` again leaves the list; what the call itself is at is told by the record. */
function withPart(parts: CallState["parts"], { part, state, message }: StatusChanged): CallState["parts"] {
  if (part === "call") return parts;
  const others = parts.filter((known) => known.part !== part);
  return state === "ok" ? others : [...others, { part, state, message }];
}
