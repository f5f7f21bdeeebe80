import { useEffect, useMemo } from "react";

import type { Line } from "../../live/call-state";
import { toEntries, type TurnPart } from "../../live/transcript-state";
import { EntryGroups } from "./entry-groups";
import { EventLine } from "./event-line";
import { GapLine } from "./gap-line";
import { PlayedTurn } from "./played-turn";
import type { SpeakerNames } from "./speaker-names";

interface PastTranscriptProps {
  lines: Line[];
  names: SpeakerNames;
  /** The second being heard; null while there is nothing to hear. */
  second: number | null;
  /** A second to bring into sight at first. */
  opened: number | null;
  onHear: (second: number) => void;
}

/** All that was said, linked with the recording: a word leads to its sound, and the sound to its word. */
export function PastTranscript({ lines, names, second, opened, onHear }: PastTranscriptProps) {
  const entries = useMemo(() => toEntries(lines), [lines]);
  useEffect(() => {
    if (opened !== null) document.getElementById(`at-${opened}`)?.scrollIntoView({ block: "center" });
  }, [opened, entries]);
  if (entries.length === 0) return <p className="text-ink-soft">Nothing was said.</p>;
  return (
    <div>
      <EntryGroups entries={entries}>
        {(entry) => {
          if (entry.kind === "event")
            return <EventLine key={entry.key} event={entry.event} second={entry.second} names={names} />;
          if (entry.kind === "gap")
            return (
              <GapLine
                key={entry.key}
                speaker={entry.speaker}
                start={entry.start}
                end={entry.end}
                names={names}
              />
            );
          const heard = second === null ? undefined : entry.parts.find((part) => isIn(part, second));
          return (
            <PlayedTurn
              key={entry.key}
              turn={entry}
              names={names}
              second={heard === undefined ? null : second}
              onHear={onHear}
            />
          );
        }}
      </EntryGroups>
    </div>
  );
}

function isIn({ start, end }: TurnPart, second: number): boolean {
  return start <= second && second < end;
}
