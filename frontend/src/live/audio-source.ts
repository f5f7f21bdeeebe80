/** Anything that speaks into a call, a microphone or a recording. */

export interface AudioSink {
  /** Whole sample frames of s16le, 100–250 ms of them, and their loudest sample, 0 to 1. */
  frame: (pcm: Uint8Array<ArrayBuffer>, peak: number) => void;
  /** Time that passed without being recorded. */
  lost: (seconds: number) => void;
  /** The recording is over, or the microphone is gone. */
  ended: () => void;
}

export interface AudioSource {
  readonly channels: 1 | 2;
  readonly sampleRate: number;
  start: (sink: AudioSink) => void;
  setMuted: (muted: boolean) => void;
  stop: () => void;
}

/** What is left of a recording that was cut off, or of a call that is over: its end. */
export const nothingLeft: AudioSource = {
  channels: 2,
  sampleRate: 16_000,
  start: (sink) => sink.ended(),
  setMuted: () => undefined,
  stop: () => undefined,
};

/** Why a source could not be opened, in words for the agent. */
export class AudioUnavailable extends Error {}
