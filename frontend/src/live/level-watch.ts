/** What a microphone's level says about it: nothing heard for long, or so loud that words are cut off. */

import type { MicrophoneTrouble } from "./call-state";

/** About −50 dB: below the noise of a quiet room through a working microphone. */
const silentBelow = 0.003;
const silentSeconds = 10;
const clippedFrom = 0.99;
/** Clipped frames within `clippedWithin` seconds before it is worth a word. */
const clippedFrames = 3;
const clippedWithin = 2;

export class LevelWatch {
  private heardAt: number | null = null;
  private clippedAt: number[] = [];

  /** Takes a frame's peak (0 to 1) at `now` seconds and says what is wrong, if anything is. */
  judge(peak: number, now: number): MicrophoneTrouble | null {
    this.heardAt ??= now;
    if (peak >= silentBelow) this.heardAt = now;
    this.clippedAt = this.clippedAt.filter((at) => now - at < clippedWithin);
    if (peak >= clippedFrom) this.clippedAt.push(now);
    if (now - this.heardAt >= silentSeconds) return "silent";
    return this.clippedAt.length >= clippedFrames ? "clipping" : null;
  }

  /** Silence counts from here, as after a mute. */
  reset(): void {
    this.heardAt = null;
  }
}
