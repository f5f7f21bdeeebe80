import type { Delay } from "../live/call-state";

/** Where the time went until words were seen: the sum, and each stage in milliseconds. */
export function DelayLine({ delay }: { delay: Delay }) {
  const stages = Object.entries({ ...delay.stages, ...(delay.paint !== null && { paint: delay.paint }) });
  const sum = stages.reduce((total, [, ms]) => total + ms, 0);
  return (
    <p data-delay={Math.round(sum)} className="text-small text-ink-faint tabular-nums">
      {(sum / 1_000).toFixed(2)} s: {stages.map(([stage, ms]) => `${stage} ${Math.round(ms)}`).join(" · ")}
    </p>
  );
}
