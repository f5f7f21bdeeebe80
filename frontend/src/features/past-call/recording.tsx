import type { RefObject } from "react";

interface RecordingProps {
  url: string | null;
  player: RefObject<HTMLAudioElement | null>;
  onTime: (seconds: number) => void;
}

/** The call to hear again: agent left, customer right. */
export function Recording({ url, player, onTime }: RecordingProps) {
  if (url === null)
    return <p className="text-small text-ink-faint">There is no recording of this call, or none yet.</p>;
  return (
    <audio
      ref={player}
      src={url}
      controls
      preload="metadata"
      aria-label="Recording of the call"
      onTimeUpdate={({ currentTarget }) => onTime(currentTarget.currentTime)}
      className="h-10 w-full max-w-3xl"
    />
  );
}
