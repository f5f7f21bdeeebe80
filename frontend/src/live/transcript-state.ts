/** The written side of a call: lines in the order they were spoken, grouped into turns for reading. */

import type { CallState, Delay, Happening, Interim, Line } from "./call-state";
import type { Gap, Speaker, Transcript } from "./protocol";

type Written = Pick<CallState, "lines" | "interim">;

/** Adds final words at their place in time, or holds interim ones until something of their speaker's replaces them. */
export function addTranscript({ lines, interim }: Written, event: Transcript): Written {
  const { speaker, window, start, end, text, stages } = event;
  if (event.final) {
    const open = interim[speaker];
    const key = `${speaker}:${window}`;
    const delay = stages === undefined ? null : { stages, paint: null };
    return {
      lines:
        text === ""
          ? lines
          : place(withoutGap(lines, event), { kind: "words", key, speaker, window, start, end, text, delay }),
      interim: open !== undefined && open.window <= window ? without(interim, speaker) : interim,
    };
  }
  if (lines.some((line) => line.kind === "words" && line.speaker === speaker && line.window >= window)) {
    return { lines, interim };
  }
  return {
    lines,
    interim: text === "" ? without(interim, speaker) : { ...interim, [speaker]: { window, start, text } },
  };
}

export function addGap(lines: Line[], { speaker, start, end, reason }: Gap): Line[] {
  return place(lines, { kind: "gap", key: `${speaker}:gap:${start}`, speaker, start, end, reason });
}

/** Puts something that happened at `second` of the call; where that is unknown, after all that was said so far. */
export function addHappening(
  lines: Line[],
  event: Happening,
  second = "end" in event ? event.end : null,
): Line[] {
  const at = second ?? lines.reduce((last, { end }) => Math.max(last, end), 0);
  return place(lines, { kind: "event", key: happeningKey(event), second, start: at, end: at, event });
}

export function happeningKey(event: Happening): string {
  switch (event.type) {
    case "alert":
      return `alert:${event.speaker}:${event.window}:${event.kind}`;
    case "note":
      return `note:${event.note_id}`;
    default:
      return `${event.type}:${event.speaker}:${event.at}`;
  }
}

/** Words that were heard after all take the place of the gap that stood there. */
function withoutGap(lines: Line[], { speaker, start, end }: Transcript): Line[] {
  const filled = (line: Line) =>
    line.kind === "gap" && line.speaker === speaker && line.start <= start && end <= line.end;
  return lines.some(filled) ? lines.filter((line) => !filled(line)) : lines;
}

/** Late windows come in by their start; a repeat replaces the line it repeats. */
function place(lines: Line[], line: Line): Line[] {
  const known = lines.findIndex(({ key }) => key === line.key);
  if (known >= 0) return lines.with(known, line);
  const after = lines.findLastIndex(({ start }) => start <= line.start);
  return lines.toSpliced(after + 1, 0, line);
}

function without(interim: Written["interim"], speaker: Speaker): Written["interim"] {
  const { [speaker]: gone, ...rest } = interim;
  return gone === undefined ? interim : rest;
}

/** What a reader sees as one block. `speaker` of a gap is null where neither side was heard. */
export type Entry =
  | { kind: "turn"; key: string; speaker: Speaker; start: number; end: number; parts: TurnPart[] }
  | { kind: "gap"; key: string; speaker: Speaker | null; start: number; end: number; reason: string }
  | Extract<Line, { kind: "event" }>;

export type Turn = Extract<Entry, { kind: "turn" }>;

/** One window's share of a turn. */
export interface TurnPart {
  window: number;
  start: number;
  end: number;
  text: string;
  delay: Delay | null;
}

/** Seconds of silence within which one speaker's windows are still one turn. */
const turnSilence = 1.5;

export function toEntries(lines: Line[]): Entry[] {
  const entries: Entry[] = [];
  for (const line of lines) {
    const last = entries.at(-1);
    if (line.kind === "words") {
      const { key, speaker, start, end, window, text, delay } = line;
      const part = { window, start, end, text, delay };
      if (last?.kind === "turn" && last.speaker === speaker && start - last.end < turnSilence) {
        last.end = end;
        last.parts.push(part);
      } else {
        entries.push({ kind: "turn", key, speaker, start, end, parts: [part] });
      }
    } else if (
      line.kind === "gap" &&
      last?.kind === "gap" &&
      last.start === line.start &&
      last.end === line.end
    ) {
      last.speaker = last.speaker === line.speaker ? last.speaker : null;
    } else {
      entries.push({ ...line });
    }
  }
  return entries;
}

/** The interim words of both speakers in the order they began. */
export function openTurns(interim: Written["interim"]): (Interim & { speaker: Speaker })[] {
  return (["agent", "customer"] as const)
    .flatMap((speaker) => (interim[speaker] === undefined ? [] : [{ speaker, ...interim[speaker] }]))
    .sort((a, b) => a.start - b.start);
}

/** Seconds of the call in which at least one leg was not heard. */
export function secondsNotHeard(lines: Line[]): number {
  let total = 0;
  let until = 0;
  for (const line of lines) {
    if (line.kind !== "gap") continue;
    total += Math.max(0, line.end - Math.max(line.start, until));
    until = Math.max(until, line.end);
  }
  return total;
}
