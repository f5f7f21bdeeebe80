/** Where in a window a word was said. The recogniser gives times of windows only: within one, time follows the letters. */

import type { TurnPart } from "../../live/transcript-state";

type Timed = Pick<TurnPart, "text" | "start" | "end">;

/** The second at which the word that holds this character began. */
export function secondOfCharacter({ text, start, end }: Timed, character: number): number {
  const wordStart = text.lastIndexOf(" ", Math.min(character, text.length) - 1) + 1;
  return start + ((end - start) * wordStart) / Math.max(1, text.length);
}

/** Where the word stands that is said at this second: its first character, and the one after its last. */
export function placeOfWord({ text, start, end }: Timed, second: number): [number, number] {
  // A hundredth of a second on: the time of a word's own beginning belongs to that word.
  const share = Math.min(1, Math.max(0, (second + 0.01 - start) / (end - start)));
  const character = Math.min(text.length - 1, Math.floor(share * text.length));
  const from = text.lastIndexOf(" ", character - 1) + 1;
  const to = text.indexOf(" ", from);
  return [from, to < 0 ? text.length : to];
}
