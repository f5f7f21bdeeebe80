import { useSyncExternalStore } from "react";

import type { LevelStore } from "../live/level-store";

const bars = 5;
/** The quietest level that lights a bar; each further bar is one step up to full scale. */
const floorDb = -50;

/** The loudness being sent, as bars on a decibel scale. */
export function LevelMeter({ level }: { level: LevelStore }) {
  const peak = useSyncExternalStore(level.subscribe, level.get);
  const lit = peak > 0 ? Math.ceil(bars * (1 - (20 * Math.log10(peak)) / floorDb)) : 0;
  return (
    <span className="flex h-4 items-end gap-0.5" aria-hidden="true">
      {Array.from({ length: bars }, (_, bar) => (
        <span
          key={bar}
          className={`w-1 rounded-full ${bar < lit ? "bg-accent" : "bg-line"}`}
          style={{ height: `${40 + bar * 15}%` }}
        />
      ))}
    </span>
  );
}
