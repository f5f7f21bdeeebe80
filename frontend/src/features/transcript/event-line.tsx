import { duration } from "../../components/format";
import { Icon, type IconName } from "../../components/icon";
import type { Happening } from "../../live/call-state";
import type { SpeakerNames } from "./speaker-names";

interface EventLineProps {
  event: Happening;
  /** Null where it is not known. */
  second: number | null;
  names: SpeakerNames;
}

/** Something that happened besides speech, said at its place. */
export function EventLine({ event, second, names }: EventLineProps) {
  const { icon, words, caution } = told(event, names);
  return (
    <p
      className={`my-1 grid grid-cols-[1.25rem_1fr_auto] items-baseline gap-x-3 text-small ${caution ? "text-caution" : "text-ink-faint"}`}
    >
      <Icon name={icon} className="size-4 translate-y-0.5 justify-self-center" />
      <span className="min-w-0 break-words">{words}</span>
      <span className="tabular-nums">{second !== null && duration(second)}</span>
    </p>
  );
}

function told(event: Happening, names: SpeakerNames): { icon: IconName; words: string; caution: boolean } {
  const who = names["speaker" in event ? event.speaker : "agent"];
  switch (event.type) {
    case "alert":
      return { icon: "warning", words: event.message, caution: true };
    case "note":
      return { icon: "note", words: `${event.from}: ${event.text}`, caution: false };
    case "hold":
      return { icon: "pause", words: event.on ? "Customer on hold" : "Back from hold", caution: false };
    case "mute":
      return { icon: "micOff", words: `${who} ${event.on ? "muted" : "unmuted"}`, caution: false };
    case "hang_up":
      return { icon: "hangUp", words: `${who} hung up`, caution: false };
  }
}
