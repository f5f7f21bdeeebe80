import type { Speaker } from "../../live/protocol";
import type { SpeakerNames } from "./speaker-names";

interface GapLineProps {
  speaker: Speaker | null;
  start: number;
  end: number;
  names: SpeakerNames;
}

/** A stretch that nobody will ever read, said at its place. */
export function GapLine({ speaker, start, end, names }: GapLineProps) {
  const seconds = Math.max(1, Math.round(end - start));
  return (
    <p className="my-2 flex items-center gap-3 text-small text-caution">
      <span className="h-px flex-1 border-t border-dashed border-caution" />
      {seconds} s{speaker === null ? "" : ` of ${names[speaker]}`} not heard
      <span className="h-px flex-1 border-t border-dashed border-caution" />
    </p>
  );
}
