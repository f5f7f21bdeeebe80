/**
 * The line over which agent and customer hear each other: WebRTC, found through `signal`.
 *
 * Whoever starts says "here". The agent's page makes the offers, one peer connection each: when it hears of a
 * customer's page that it has no line to, and again when a line breaks.
 */

import type { VoiceState } from "./call-state";
import { parseSignal, type Signal } from "./signal";

export interface VoiceLinkOptions {
  /** The agent's page. */
  offers: boolean;
  iceServers: RTCIceServer[];
  stream: MediaStream;
  send: (signal: Signal) => void;
  onState: (state: VoiceState) => void;
}

export class VoiceLink {
  private readonly page = crypto.getRandomValues(new Uint32Array(2)).join("-");
  private readonly loudspeaker = new Audio();
  private peer: RTCPeerConnection | null = null;
  private round = 0;
  private otherPage = "";
  /** Candidates that came before the description they belong to. */
  private early: RTCIceCandidateInit[] = [];

  constructor(private readonly options: VoiceLinkOptions) {}

  /** Says that this page is there; again after each new connection of its socket. */
  announce(): void {
    if (this.peer === null) this.options.onState("waiting");
    this.options.send({ kind: "here", page: this.page });
  }

  hear(data: unknown): void {
    const signal = parseSignal(data);
    if (signal === null) return;
    this.take(signal).catch(() => this.options.onState("broken"));
  }

  close(): void {
    this.peer?.close();
    this.peer = null;
    this.loudspeaker.srcObject = null;
  }

  private async take(signal: Signal): Promise<void> {
    if (signal.kind === "here") {
      if (!this.options.offers) {
        this.answerHere(signal.page);
        return;
      }
      // An offer without an answer may have been lost with a socket: it is made again.
      const stands = this.peer?.signalingState === "stable" && this.peer.connectionState !== "failed";
      if (stands && signal.page === this.otherPage) return;
      this.otherPage = signal.page;
      return this.offer();
    }
    if (signal.kind === "offer") {
      this.round = signal.round;
      const peer = this.dial();
      await peer.setRemoteDescription({ type: "offer", sdp: signal.sdp });
      await peer.setLocalDescription();
      this.sendDescription(peer, "answer");
      return this.addEarly(peer);
    }
    if (signal.round !== this.round || this.peer === null) return;
    if (signal.kind !== "candidate") {
      await this.peer.setRemoteDescription({ type: "answer", sdp: signal.sdp });
      return this.addEarly(this.peer);
    }
    if (this.peer.remoteDescription === null) this.early.push(signal.candidate);
    else await this.peer.addIceCandidate(signal.candidate);
  }

  /** The agent's page has come, or come anew, after this one had said that it is there. */
  private answerHere(page: string): void {
    if (page === this.otherPage) return;
    this.otherPage = page;
    this.options.send({ kind: "here", page: this.page });
  }

  private async offer(): Promise<void> {
    this.round += 1;
    const peer = this.dial();
    await peer.setLocalDescription();
    this.sendDescription(peer, "offer");
  }

  private dial(): RTCPeerConnection {
    this.peer?.close();
    this.early = [];
    const peer = new RTCPeerConnection({ iceServers: this.options.iceServers });
    const { round } = this;
    for (const track of this.options.stream.getAudioTracks()) peer.addTrack(track, this.options.stream);
    peer.onicecandidate = ({ candidate }) => {
      if (candidate !== null) this.options.send({ kind: "candidate", round, candidate: candidate.toJSON() });
    };
    peer.ontrack = ({ streams: [stream] }) => this.play(stream ?? null);
    peer.onconnectionstatechange = () => this.follow(peer);
    this.peer = peer;
    this.options.onState("connecting");
    return peer;
  }

  private follow(peer: RTCPeerConnection): void {
    if (peer !== this.peer) return;
    if (peer.connectionState === "connected") this.options.onState("connected");
    else if (peer.connectionState === "disconnected") this.options.onState("connecting");
    else if (peer.connectionState === "failed") {
      this.options.onState("broken");
      if (this.options.offers) this.offer().catch(() => this.options.onState("broken"));
    }
  }

  private play(stream: MediaStream | null): void {
    this.loudspeaker.srcObject = stream;
    this.loudspeaker.play().catch((error: unknown) => {
      // A newer connection's sound took the place of this one's.
      const replaced = error instanceof DOMException && error.name === "AbortError";
      if (!replaced) this.options.onState("broken");
    });
  }

  private sendDescription(peer: RTCPeerConnection, kind: "offer" | "answer"): void {
    const { round } = this;
    this.options.send({ kind, round, sdp: peer.localDescription?.sdp ?? "" });
  }

  private async addEarly(peer: RTCPeerConnection): Promise<void> {
    for (const candidate of this.early.splice(0)) await peer.addIceCandidate(candidate);
  }
}
