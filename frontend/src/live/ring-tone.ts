/** The sound of a call that rings, made here: soft bursts of two tones, over and over. */

export interface RingTone {
  /** Hertz. */
  tones: readonly [number, number];
  /** From and to, in seconds of a round. */
  bursts: readonly (readonly [number, number])[];
  roundSeconds: number;
}

/** At the agent's desk. */
export const deskTone: RingTone = {
  tones: [587, 880],
  bursts: [
    [0, 0.35],
    [0.5, 0.85],
  ],
  roundSeconds: 3,
};

/** In the ear of who waits for an answer. */
export const ringback: RingTone = { tones: [440, 480], bursts: [[0, 2]], roundSeconds: 5 };

/** Share of full scale, of both tones together: to be noticed, not to startle. */
const loudness = 0.08;
/** Bursts swell and fade for so long, or they would click. */
const fadeSeconds = 0.04;

/**
 * Rings until the function that it returns is called. A browser that wants to be touched before it makes a sound
 * rings from the first touch on; until then it is silent, and the call stands on the page.
 */
export function playRingTone(tone: RingTone): () => void {
  const context = new AudioContext();
  const player = context.createBufferSource();
  player.buffer = oneRound(context, tone);
  player.loop = true;
  player.connect(context.destination);
  player.start();
  const resume = () => {
    // Refused before a touch, and when it was stopped meanwhile.
    context.resume().catch(() => undefined);
  };
  resume();
  window.addEventListener("pointerdown", resume);
  window.addEventListener("keydown", resume);
  return () => {
    window.removeEventListener("pointerdown", resume);
    window.removeEventListener("keydown", resume);
    void context.close();
  };
}

function oneRound(context: AudioContext, { tones, bursts, roundSeconds }: RingTone): AudioBuffer {
  const buffer = context.createBuffer(1, roundSeconds * context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (const [from, to] of bursts) {
    const end = Math.round(to * context.sampleRate);
    for (let i = Math.round(from * context.sampleRate); i < end; i++) {
      const second = i / context.sampleRate;
      const swell = Math.min(1, (second - from) / fadeSeconds, (to - second) / fadeSeconds);
      const sines = tones.map((hertz) => Math.sin(2 * Math.PI * hertz * second));
      samples[i] = (loudness / tones.length) * swell * sines.reduce((sum, sine) => sum + sine, 0);
    }
  }
  return buffer;
}
