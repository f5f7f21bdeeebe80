import { useCallback, useEffect, useMemo, useState } from "react";

import { Button } from "../../components/button";
import { usePreference } from "../../components/preferences";
import type { Interim, Line } from "../../live/call-state";
import type { Speaker } from "../../live/protocol";
import { openTurns, toEntries, type Entry } from "../../live/transcript-state";
import { EntryGroups } from "./entry-groups";
import { EventLine } from "./event-line";
import { GapLine } from "./gap-line";
import type { SpeakerNames } from "./speaker-names";
import { saidId, SpokenBlock, TurnBlock } from "./turn-block";
import { useFollowTail } from "./use-follow-tail";

/** Blocks shown at once; earlier ones come on demand, so that an hour's call stays light. */
const pageOfEntries = 200;

interface TranscriptPaneProps {
  lines: Line[];
  interim: Partial<Record<Speaker, Interim>>;
  /** The words that caused the suggestion on show. */
  marked: TurnPlace | null;
  /** A turn to bring into sight; a new object each time it is asked for. */
  sought: TurnPlace | null;
  running: boolean;
  names: SpeakerNames;
}

export interface TurnPlace {
  speaker: Speaker;
  window: number;
}

export function TranscriptPane({ lines, interim, marked, sought, running, names }: TranscriptPaneProps) {
  const [delays] = usePreference("delays");
  const [shown, setShown] = useState(pageOfEntries);
  const entries = useMemo(() => toEntries(lines), [lines]);
  const open = openTurns(interim);
  const { scroller, following, onScroll, jump } = useFollowTail([lines, interim]);
  const hidden = Math.max(0, entries.length - shown);
  useEffect(() => {
    if (sought !== null)
      document.getElementById(saidId(sought.speaker, sought.window))?.scrollIntoView({ block: "center" });
  }, [sought]);
  const block = useCallback(
    (entry: Entry) => (
      <EntryBlock
        key={entry.key}
        entry={entry}
        marked={marked !== null && holds(entry, marked)}
        delays={delays}
        names={names}
      />
    ),
    [marked, delays, names],
  );
  const empty = entries.length === 0 && open.length === 0;

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label="Transcript, scrolling"
        className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5"
      >
        {hidden > 0 && (
          <Button look="quiet" className="mx-auto my-2 flex" onClick={() => setShown(shown + pageOfEntries)}>
            Show what was said before
          </Button>
        )}
        {empty && (
          <p className="py-2 text-ink-faint">
            {running ? "Listening. The words appear here as they are spoken." : "Nothing was said."}
          </p>
        )}
        <div role="log" aria-label="What was said">
          <EntryGroups entries={entries} hidden={hidden}>
            {block}
          </EntryGroups>
        </div>
        {open.map(({ speaker, start, text }) => (
          <SpokenBlock key={speaker} speaker={speaker} start={start} names={names}>
            <span data-interim={speaker} className="text-ink-faint italic">
              {text}
            </span>
          </SpokenBlock>
        ))}
      </div>
      {!following && (
        <Button
          look="primary"
          icon="down"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-lift"
          data-key="j"
          onClick={jump}
        >
          Jump to latest
        </Button>
      )}
    </div>
  );
}

interface EntryBlockProps {
  entry: Entry;
  marked: boolean;
  delays: boolean;
  names: SpeakerNames;
}

function EntryBlock({ entry, marked, delays, names }: EntryBlockProps) {
  if (entry.kind === "turn") return <TurnBlock turn={entry} marked={marked} delays={delays} names={names} />;
  if (entry.kind === "event") return <EventLine event={entry.event} second={entry.second} names={names} />;
  return <GapLine speaker={entry.speaker} start={entry.start} end={entry.end} names={names} />;
}

function holds(entry: Entry, { speaker, window }: TurnPlace): boolean {
  return (
    entry.kind === "turn" && entry.speaker === speaker && entry.parts.some((part) => part.window === window)
  );
}
