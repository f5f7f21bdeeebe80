import { word } from "./format";
import type { SentimentPoint } from "../live/call-state";

const width = 64;
const height = 20;
/** A change of the score within the last three points that is worth a word. */
const noticeable = 0.25;

/** How the customer feels now, in a word, and over the call, as a line. */
export function Mood({ sentiments }: { sentiments: SentimentPoint[] }) {
  const points = sentiments.filter(({ end }) => end !== null);
  const now = points.at(-1);
  if (now === undefined) return null;
  const trend = trendWords(points.slice(-3));
  return (
    <span className="flex items-center gap-2 text-small whitespace-nowrap text-ink-soft">
      <span className="sr-only two:not-sr-only">Mood</span>
      <span className={now.label === "negative" ? "font-semibold text-caution" : ""}>
        {word(now.label)}
        {trend !== "" && <span className="sr-only">, {trend}</span>}
      </span>
      {points.length > 1 && <Line points={points} />}
    </span>
  );
}

function Line({ points }: { points: SentimentPoint[] }) {
  const last = points.at(-1)?.end ?? 1;
  const at = ({ end, score }: SentimentPoint) =>
    `${(width * (end ?? 0)) / last},${(height * (1 - score)) / 2}`;
  return (
    <svg viewBox={`0 -2 ${width} ${height + 4}`} className="h-5 w-16" aria-hidden="true">
      <path d={`M0,${height / 2}H${width}`} className="stroke-line-strong" strokeDasharray="1 3" />
      <polyline
        points={points.map(at).join(" ")}
        fill="none"
        className="stroke-accent"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
    </svg>
  );
}

function trendWords(latest: SentimentPoint[]): string {
  const change = (latest.at(-1)?.score ?? 0) - (latest[0]?.score ?? 0);
  if (Math.abs(change) < noticeable) return "";
  return change > 0 ? "rising" : "falling";
}
