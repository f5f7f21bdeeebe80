/** Runs on the audio thread: gathers the microphone's samples into frames and hands them over with their peak. */

import { peakOf, toPcm16 } from "./pcm";

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new (options: WorkletOptions) => AudioWorkletProcessor,
): void;

interface WorkletOptions {
  processorOptions: { frameSamples: number };
}

/** What crosses to the page. */
export interface MicrophoneFrame {
  pcm: Uint8Array<ArrayBuffer>;
  peak: number;
}

class FrameGatherer extends AudioWorkletProcessor {
  private readonly samples: Float32Array;
  private filled = 0;

  constructor({ processorOptions }: WorkletOptions) {
    super();
    this.samples = new Float32Array(processorOptions.frameSamples);
  }

  /** Called with 128 samples at a time; `frameSamples` is a multiple of that. A disconnected input is silence. */
  process([input]: Float32Array[][]): boolean {
    const quantum = input?.[0];
    if (quantum !== undefined) this.samples.set(quantum, this.filled);
    else this.samples.fill(0, this.filled, this.filled + 128);
    this.filled += 128;
    if (this.filled < this.samples.length) return true;
    this.filled = 0;
    const pcm = toPcm16([this.samples]);
    const frame: MicrophoneFrame = { pcm, peak: peakOf(pcm) };
    this.port.postMessage(frame, [pcm.buffer]);
    return true;
  }
}

registerProcessor("frame-gatherer", FrameGatherer);
