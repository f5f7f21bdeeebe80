import { useEffect } from "react";

import { playRingTone, type RingTone } from "./ring-tone";

/** Rings as long as `rings`. `tone` is one of the constants. */
export function useRingTone(tone: RingTone, rings: boolean): void {
  useEffect(() => (rings ? playRingTone(tone) : undefined), [tone, rings]);
}
