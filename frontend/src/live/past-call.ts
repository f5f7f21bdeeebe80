/** A stored call as the same plain data that a live one is. */

import type { CallDetail, SuggestionRow } from "../api/call-detail";
import { callReducer, type CallAction } from "./call-reducer";
import { noCall, type CallState, type Suggestion } from "./call-state";
import type { ServerMessage } from "./protocol";
import { addHappening } from "./transcript-state";

export function pastCall(detail: CallDetail): CallState {
  const { call_id } = detail;
  const words = detail.transcripts.map((row): CallAction => ({
    type: "transcript",
    call_id,
    final: true,
    ...row,
  }));
  const spoken = words.reduce(callReducer, noCall);
  const began = Date.parse(detail.start_time);
  const state = (detail.events as ServerMessage[]).reduce((before, event) => {
    // What only has a time of day is placed by it; the reducer would put it after the last word.
    if (event.type !== "note" && event.type !== "hold" && event.type !== "mute" && event.type !== "hang_up")
      return callReducer(before, event);
    return { ...before, lines: addHappening(before.lines, event, (Date.parse(event.at) - began) / 1_000) };
  }, spoken);
  return { ...state, suggestions: detail.suggestions.map(storedSuggestion) };
}

export function storedSuggestion(row: SuggestionRow): Suggestion {
  const { suggestion_type: type, asked_by: askedBy, ...rest } = row;
  return { ...rest, type, askedBy, failure: null, delay: null };
}
