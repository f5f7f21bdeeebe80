import { memo, type ReactNode } from "react";

import { DelayLine } from "../../components/delay-line";
import { duration } from "../../components/format";
import { Icon } from "../../components/icon";
import type { Speaker } from "../../live/protocol";
import type { Turn } from "../../live/transcript-state";
import type { SpeakerNames } from "./speaker-names";

interface TurnBlockProps {
  turn: Turn;
  /** These words caused the suggestion on show. */
  marked: boolean;
  delays: boolean;
  names: SpeakerNames;
}

/** What one speaker said in one go. A new window's words are a new element, so that a reader hears them alone. */
export const TurnBlock = memo(
  function TurnBlock({ turn, marked, delays, names }: TurnBlockProps) {
    return (
      <SpokenBlock
        speaker={turn.speaker}
        start={turn.start}
        names={names}
        below={
          delays && turn.parts.map(({ window, delay }) => delay && <DelayLine key={window} delay={delay} />)
        }
      >
        {turn.parts.map(({ window, text }) => (
          <span
            key={window}
            id={saidId(turn.speaker, window)}
            className={marked ? "box-decoration-clone rounded-mark bg-accent-wash py-0.5" : ""}
          >
            {text}{" "}
          </span>
        ))}
      </SpokenBlock>
    );
  },
  (before, after) =>
    before.marked === after.marked &&
    before.delays === after.delays &&
    before.names[before.turn.speaker] === after.names[after.turn.speaker] &&
    before.turn.key === after.turn.key &&
    before.turn.parts.length === after.turn.parts.length &&
    before.turn.parts.every(({ text, delay }, index) => {
      const part = after.turn.parts[index];
      return text === part?.text && delay === part.delay;
    }),
);

/** Where a window's words stand in the page. */
export function saidId(speaker: Speaker, window: number): string {
  return `said-${speaker}-${window}`;
}

interface SpokenBlockProps {
  speaker: Speaker;
  start: number;
  names: SpeakerNames;
  children: ReactNode;
  below?: ReactNode;
}

/** A script's line: who, when, and the words. The customer's are the ones to read, the agent knows their own. */
export function SpokenBlock({ speaker, start, names, children, below }: SpokenBlockProps) {
  return (
    <div className="grid grid-cols-[1.25rem_1fr] gap-x-3 py-2">
      <Icon name={speaker} className="mt-0.5 size-5 text-ink-faint" />
      <div className="min-w-0">
        <p className="flex items-baseline justify-between gap-2 text-small text-ink-faint">
          <span className={speaker === "customer" ? "font-semibold text-ink-soft" : ""}>
            {names[speaker]}
          </span>
          <span className="tabular-nums">{duration(start)}</span>
        </p>
        <p
          className={`break-words first-letter:uppercase ${speaker === "customer" ? "text-ink" : "text-ink-soft"}`}
        >
          {children}
        </p>
        {below}
      </div>
    </div>
  );
}
