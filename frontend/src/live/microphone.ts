/** The agent's microphone as a source of 16 kHz frames, through an AudioWorklet. */

import { AudioUnavailable, type AudioSink, type AudioSource } from "./audio-source";
import type { MicrophoneFrame } from "./microphone-worklet";
import workletUrl from "./microphone-worklet?worker&url";

const wantedRate = 16_000;
/** 128 ms at 16 kHz. */
const frameSamples = 2_048;
/** A jump of the wall clock against the audio clock beyond this was a machine asleep, not a slow page. */
const sleptSeconds = 1;

/** Asks for the microphone. Throws AudioUnavailable with words when there is none to be had. */
export async function openMicrophone(): Promise<Microphone> {
  const stream = await askForMicrophone();
  let context: AudioContext | undefined;
  try {
    context = new AudioContext({ sampleRate: wantedRate });
    await context.audioWorklet.addModule(workletUrl);
    return new Microphone(stream, context, connect(stream, context));
  } catch {
    stream.getTracks().forEach((track) => track.stop());
    void context?.close();
    throw new AudioUnavailable(
      "This browser cannot record at 16 kHz. Use a current Chrome, Edge, Safari or Firefox.",
    );
  }
}

async function askForMicrophone(): Promise<MediaStream> {
  // The types promise it; a page that is neither https nor localhost has none.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) {
    throw new AudioUnavailable("Browsers give a microphone only to pages on https or localhost.");
  }
  try {
    return await devices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new AudioUnavailable(wordsFor(error instanceof DOMException ? error.name : ""));
  }
}

function wordsFor(name: string): string {
  switch (name) {
    case "NotAllowedError":
      return "The microphone is blocked for this page. Allow it in the browser's address bar, then try again.";
    case "NotFoundError":
      return "No microphone was found. Plug one in, then try again.";
    default:
      return "The microphone could not be opened. Another program may be using it.";
  }
}

function connect(stream: MediaStream, context: AudioContext): AudioWorkletNode {
  const node = new AudioWorkletNode(context, "frame-gatherer", {
    channelCount: 1,
    channelCountMode: "explicit",
    processorOptions: { frameSamples },
  });
  context.createMediaStreamSource(stream).connect(node);
  // A node that leads nowhere is not run; this one puts out silence.
  node.connect(context.destination);
  return node;
}

export class Microphone implements AudioSource {
  readonly channels = 1;
  readonly sampleRate: number;
  private asleep = 0;

  constructor(
    readonly stream: MediaStream,
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
  ) {
    this.sampleRate = context.sampleRate;
  }

  start(sink: AudioSink): void {
    this.asleep = this.clockDifference();
    this.node.port.onmessage = ({ data }: MessageEvent<MicrophoneFrame>) => {
      const difference = this.clockDifference();
      if (difference - this.asleep > sleptSeconds) sink.lost(difference - this.asleep);
      this.asleep = difference;
      sink.frame(data.pcm, data.peak);
    };
    for (const track of this.stream.getAudioTracks()) track.onended = () => sink.ended();
    void this.context.resume();
  }

  /** A muted microphone goes on sending, silence. */
  setMuted(muted: boolean): void {
    for (const track of this.stream.getAudioTracks()) track.enabled = !muted;
  }

  stop(): void {
    this.node.port.onmessage = null;
    for (const track of this.stream.getAudioTracks()) {
      track.onended = null;
      track.stop();
    }
    if (this.context.state !== "closed") void this.context.close();
  }

  /** Seconds by which the wall clock is ahead of the audio clock, which stands still while the machine sleeps. */
  private clockDifference(): number {
    return Date.now() / 1_000 - this.context.currentTime;
  }
}
