/** A recorded two-party call as a source: sent at real time, both legs interleaved, and played softly. */

import { AudioUnavailable, type AudioSink, type AudioSource } from "./audio-source";
import { peakOf, toPcm16 } from "./pcm";

const sampleRate = 16_000;
const frameMs = 100;
/** Samples: a page that was asleep catches up in pieces of a quarter of a second. */
const largestFrame = sampleRate / 4;
const softly = 0.3;

/** Loads a stereo recording, left = agent, right = customer. Throws AudioUnavailable with words. */
export async function openSampleCall(url: string): Promise<AudioSource> {
  const response = await fetch(url).catch(() => null);
  if (response?.ok !== true)
    throw new AudioUnavailable("The sample call could not be loaded from the server.");
  try {
    const decoder = new OfflineAudioContext(2, 1, sampleRate);
    return new SampleCall(await decoder.decodeAudioData(await response.arrayBuffer()));
  } catch {
    throw new AudioUnavailable("This browser cannot decode the sample call.");
  }
}

class SampleCall implements AudioSource {
  readonly channels = 2;
  readonly sampleRate = sampleRate;
  private readonly context = new AudioContext();
  private readonly volume = this.context.createGain();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly recording: AudioBuffer) {
    this.volume.gain.value = softly;
    this.volume.connect(this.context.destination);
  }

  /** Frames are made as they are due: all at once would hold up the page that is opening. */
  start(sink: AudioSink): void {
    const right = Math.min(1, this.recording.numberOfChannels - 1);
    const channels = [this.recording.getChannelData(0), this.recording.getChannelData(right)];
    const beganAt = performance.now();
    let sent = 0;
    this.play();
    this.timer = setInterval(() => {
      const elapsed = Math.floor(((performance.now() - beganAt) * sampleRate) / 1_000);
      const due = Math.min(elapsed, this.recording.length);
      while (sent < due) {
        const from = sent;
        sent = Math.min(due, sent + largestFrame);
        const frame = toPcm16(channels.map((samples) => samples.subarray(from, sent)));
        sink.frame(frame, peakOf(frame));
      }
      if (sent === this.recording.length) {
        clearInterval(this.timer);
        sink.ended();
      }
    }, frameMs);
  }

  /** Mutes the loudspeaker; the call goes on. */
  setMuted(muted: boolean): void {
    this.volume.gain.value = muted ? 0 : softly;
  }

  stop(): void {
    clearInterval(this.timer);
    void this.context.close();
  }

  private play(): void {
    const player = this.context.createBufferSource();
    player.buffer = this.recording;
    player.connect(this.volume);
    player.start();
    void this.context.resume();
  }
}
