import { memo } from "react";

import { duration } from "../../components/format";
import { Icon } from "../../components/icon";
import type { Turn, TurnPart } from "../../live/transcript-state";
import type { SpeakerNames } from "./speaker-names";
import { placeOfWord, secondOfCharacter } from "./word-times";

interface PlayedTurnProps {
  turn: Turn;
  names: SpeakerNames;
  /** The second being heard, if it is in this turn. */
  second: number | null;
  onHear: (second: number) => void;
}

/** A turn of a past call. Its time is a button for the keyboard; each of its words can be clicked. */
export const PlayedTurn = memo(function PlayedTurn({ turn, names, second, onHear }: PlayedTurnProps) {
  const customer = turn.speaker === "customer";
  return (
    <div className="grid grid-cols-[1.25rem_1fr] gap-x-3 py-2">
      <Icon name={turn.speaker} className="mt-0.5 size-5 text-ink-faint" />
      <div className="min-w-0">
        <p className="flex items-baseline justify-between gap-2 text-small text-ink-faint">
          <span className={customer ? "font-semibold text-ink-soft" : ""}>{names[turn.speaker]}</span>
          <button
            type="button"
            aria-label={`Hear from ${duration(turn.start)}`}
            onClick={() => onHear(turn.start)}
            className="rounded-control px-1 tabular-nums hover:bg-accent-wash hover:text-ink"
          >
            {duration(turn.start)}
          </button>
        </p>
        <p className={`break-words first-letter:uppercase ${customer ? "text-ink" : "text-ink-soft"}`}>
          {turn.parts.map((part) => (
            <span
              key={part.window}
              id={`at-${part.start}`}
              onClick={({ clientX, clientY }) => onHear(secondAt(part, clientX, clientY))}
              className="cursor-pointer"
            >
              <Words part={part} second={second} />{" "}
            </span>
          ))}
        </p>
      </div>
    </div>
  );
});

function Words({ part, second }: { part: TurnPart; second: number | null }) {
  if (second === null || second < part.start || second >= part.end) return part.text;
  const [from, to] = placeOfWord(part, second);
  return (
    <>
      {part.text.slice(0, from)}
      <mark className="rounded-mark bg-accent text-on-accent">{part.text.slice(from, to)}</mark>
      {part.text.slice(to)}
    </>
  );
}

/** When the word under the pointer was said. While one is marked the text stands in three nodes. */
function secondAt(part: TurnPart, x: number, y: number): number {
  const caret = document.caretPositionFromPoint(x, y);
  if (caret === null) return part.start;
  let character = caret.offset;
  const { parentElement } = caret.offsetNode;
  const at = parentElement?.tagName === "MARK" ? parentElement : caret.offsetNode;
  for (let node = at.previousSibling; node !== null; node = node.previousSibling)
    character += node.textContent?.length ?? 0;
  return secondOfCharacter(part, character);
}
