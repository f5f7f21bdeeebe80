/** The advised side of a call: suggestions as they start, stream, end, and are used. */

import type { SuggestionMark } from "../api/suggestions";
import type { Suggestion } from "./call-state";
import type { Lookup, SuggestionDelta, SuggestionEnded, SuggestionStarted } from "./protocol";

export function addSuggestion(suggestions: Suggestion[], event: SuggestionStarted): Suggestion[] {
  const { suggestion_id: id, speaker, window, trigger, asked_by: askedBy = null } = event;
  if (suggestions.some((suggestion) => suggestion.id === id)) return suggestions;
  return [...suggestions, { ...blank, id, speaker, window, trigger, askedBy }];
}

const blank: Omit<Suggestion, "id" | "speaker" | "window" | "trigger" | "askedBy"> = {
  type: null,
  status: "streaming",
  message: "",
  failure: null,
  citations: [],
  lookups: [],
  used: false,
  dismissed: false,
  rating: null,
  delay: null,
};

/**
 * Puts a piece of text at its offset: at the end as a rule, from 0 again after a retry or for who joins midway.
 * A piece beyond what we have leaves a hole; it waits for the whole message.
 */
export function appendDelta(
  suggestions: Suggestion[],
  { suggestion_id, offset, content, stages }: SuggestionDelta,
): Suggestion[] {
  return change(suggestions, suggestion_id, (suggestion) => {
    if (suggestion.status !== "streaming") return suggestion;
    const kept = firstCharacters(suggestion.message, offset);
    if (kept === null) return suggestion;
    const delay = stages === undefined ? suggestion.delay : { stages, paint: null };
    return { ...suggestion, message: kept + content, delay };
  });
}

/** The first `count` code points (the server counts those, not UTF-16 units); null when there are fewer. */
function firstCharacters(text: string, count: number): string | null {
  let units = 0;
  for (let left = count; left > 0; left--) {
    if (units >= text.length) return null;
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}

export function addLookup(suggestions: Suggestion[], event: Lookup): Suggestion[] {
  const { tool, arguments: args, found } = event;
  return change(suggestions, event.suggestion_id, (suggestion) => {
    const same = JSON.stringify([tool, args]);
    const others = suggestion.lookups.filter((done) => JSON.stringify([done.tool, done.arguments]) !== same);
    return { ...suggestion, lookups: [...others, { tool, arguments: args, found }] };
  });
}

/** The end of a stream. One that failed before its first word says so in `failure`, never as advice. */
export function finishSuggestion(suggestions: Suggestion[], event: SuggestionEnded): Suggestion[] {
  const { status, suggestion_type: type, message, citations } = event;
  return change(suggestions, event.suggestion_id, (suggestion) => {
    const wordless = status === "failed" && suggestion.message === "";
    return {
      ...suggestion,
      status,
      type,
      citations,
      message: wordless ? "" : message,
      failure: wordless ? message : null,
    };
  });
}

export function markSuggestion(suggestions: Suggestion[], id: string, mark: SuggestionMark): Suggestion[] {
  return change(suggestions, id, (suggestion) => ({ ...suggestion, ...mark }));
}

function change(
  suggestions: Suggestion[],
  id: string,
  by: (suggestion: Suggestion) => Suggestion,
): Suggestion[] {
  const index = suggestions.findIndex((suggestion) => suggestion.id === id);
  const suggestion = suggestions[index];
  return suggestion === undefined ? suggestions : suggestions.with(index, by(suggestion));
}

export interface Deck {
  /** The latest question, with as much of its answer as there is, until it is put away. */
  answer: Suggestion | null;
  /** The words to say next: the newest that has any, unless it was dismissed; older advice does not come back. */
  current: Suggestion | null;
  /** Being worked on, without a word yet; the current words stay until it has some. */
  coming: Suggestion | null;
  /** The newest came to nothing. */
  failed: Suggestion | null;
  /** Newest first; without those that never had a word to say. */
  earlier: Suggestion[];
}

/** All that had a word to say, newest first. */
export function offered(suggestions: Suggestion[]): Suggestion[] {
  return suggestions.filter(({ message }) => message !== "").reverse();
}

export function toDeck(suggestions: Suggestion[]): Deck {
  const advice = suggestions.filter(({ askedBy }) => askedBy === null);
  const newestWorded = advice.findLast(({ message }) => message !== "");
  const current = newestWorded?.dismissed === false ? newestWorded : null;
  const newest = advice.at(-1);
  const asked = suggestions.findLast(({ askedBy }) => askedBy !== null);
  const answer = asked?.dismissed === false ? asked : null;
  return {
    answer,
    current,
    coming: newest?.status === "streaming" && newest.message === "" ? newest : null,
    failed: newest?.failure != null && !newest.dismissed ? newest : null,
    earlier: offered(suggestions).filter((one) => one !== current && one !== answer),
  };
}

/** A message without its `[1]` marks, as it is spoken or copied. */
export function withoutMarks(message: string): string {
  return message.replace(/\s*\[\d+\]/g, "");
}

/** Longer than anybody says in one breath: then only the first sentence is for saying. */
const breath = 220;

/** The words to read aloud, the message's first line, and what stands behind them. */
export function sayAloud(message: string): [string, string] {
  const [line = "", ...facts] = message.split("\n");
  const end = line.length > breath ? /[.!?](?:\s*\[\d+\])*(?=\s)/.exec(line) : null;
  const at = end === null ? line.length : end.index + end[0].length;
  return [line.slice(0, at), [line.slice(at), ...facts].join("\n").trim()];
}
