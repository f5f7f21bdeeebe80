import { duration } from "./format";
import { useNow } from "./use-now";

interface TimerProps {
  label: string;
  startedAt: number | null;
  seconds: number | null;
  small?: boolean;
}

/** How long something has lasted: running from `startedAt`, or fixed once `seconds` is known. */
export function Timer({ label, startedAt, seconds, small = false }: TimerProps) {
  const now = useNow(seconds === null);
  const shown = seconds ?? (startedAt === null ? 0 : (now - startedAt) / 1_000);
  return (
    <span
      role="timer"
      aria-label={label}
      className={`font-semibold tabular-nums ${small ? "" : "text-lead"}`}
    >
      {duration(shown)}
    </span>
  );
}
