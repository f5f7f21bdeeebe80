/** One call at this end: its sound, its socket and, once the socket has no more to say, its record. */

import type { AudioSource } from "./audio-source";
import { followRecord } from "./call-record";
import type { CallAction } from "./call-reducer";
import { CallSocket, type CallStart } from "./call-socket";
import { mayMend, type Connection } from "./connection";
import { LevelWatch } from "./level-watch";
import type { ServerMessage } from "./protocol";
import { VoiceLink } from "./voice-link";

/** Whose call it is, as `start_call` says it. */
export type Parties = Pick<CallStart, "customer_id" | "account_number" | "agent_name">;

/** A call that there is already. */
export interface Accepted {
  callId: string;
  /** What to send the customer, where they are at a browser. */
  voice: MediaStream | null;
  /** Epoch milliseconds of the leg's first byte, where an earlier page sent it. */
  begunAt: number | null;
}

export class LiveCall {
  readonly callId: string;
  private readonly socket: CallSocket;
  private readonly watch = new LevelWatch();
  private sounding = true;
  private muted = false;
  private held = false;
  private voice: VoiceLink | null = null;
  private over = false;
  private stopFollowing: (() => void) | null = null;

  constructor(
    private readonly audio: AudioSource,
    parties: Parties,
    private readonly dispatch: (action: CallAction) => void,
    private readonly showLevel: (level: number) => void,
    private readonly accepted: Accepted | null = null,
  ) {
    this.callId = accepted?.callId ?? newCallId();
    const legs =
      audio.channels === 1 ? ({ channels: 1, speaker: "agent" } as const) : ({ channels: 2 } as const);
    this.socket = new CallSocket({
      url: () => socketUrl(this.callId),
      start: { ...legs, ...parties, sample_rate: audio.sampleRate },
      begunAt: accepted?.begunAt ?? null,
      onMessage: (message) => this.hear(message),
      onConnection: (connection) => this.connectionChanged(connection),
    });
  }

  /** Connects, and records from this moment on whatever the connection does. */
  start(): void {
    this.socket.connect();
    window.addEventListener("online", this.networkChanged);
    window.addEventListener("offline", this.networkChanged);
    this.audio.start({
      frame: (pcm, peak) => this.send(pcm, peak),
      lost: (seconds) => this.socket.lose(seconds),
      ended: () => this.soundEnded(),
    });
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.watch.reset();
    this.audio.setMuted(muted || this.held);
    if (this.audio.channels === 1) this.socket.tell({ type: "mute", on: muted });
    this.dispatch({ type: "muted", muted });
  }

  /** Holds the customer, or takes them back; the record's `hold` then says that it is so. */
  setHold(on: boolean): void {
    if (!this.socket.tell({ type: "hold", on }))
      this.dispatch({
        type: "refused",
        message: "Not connected: hold is possible again when the call is back.",
      });
  }

  hangUp(): void {
    this.dispatch({ type: "hanging_up" });
    this.stopSound();
    this.socket.endCall();
  }

  /** After the agent has mended what closed the socket. */
  resume(): void {
    this.socket.connect();
  }

  /** Lets go of everything, whatever state the call is in. */
  leave(): void {
    this.stopSound();
    this.socket.close();
    this.voice?.close();
    this.stopFollowing?.();
    window.removeEventListener("online", this.networkChanged);
    window.removeEventListener("offline", this.networkChanged);
  }

  private readonly networkChanged = () => this.socket.retryNow();

  private send(pcm: Uint8Array<ArrayBuffer>, peak: number): void {
    this.socket.push(pcm);
    const silent = this.muted || this.held;
    this.showLevel(silent && this.audio.channels === 1 ? 0 : peak);
    if (this.audio.channels === 1 && !silent) {
      this.dispatch({ type: "microphone", trouble: this.watch.judge(peak, Date.now() / 1_000) });
    }
  }

  private soundEnded(): void {
    if (this.audio.channels === 2) this.hangUp();
    else this.dispatch({ type: "microphone", trouble: "unplugged" });
  }

  private hear(message: ServerMessage): void {
    if (message.type === "call_started") this.announce(message.ice_servers ?? []);
    if (message.type === "signal") this.voice?.hear(message.data);
    if (message.type === "hold") this.hold(message.on);
    if (message.type === "call_ended") this.stopSound();
    if (message.type === "summary") this.over = true;
    this.dispatch(message);
  }

  /** Says at each new connection what the other end must know. */
  private announce(iceServers: RTCIceServer[]): void {
    if (this.muted && this.audio.channels === 1) this.socket.tell({ type: "mute", on: true });
    const stream = this.accepted?.voice ?? null;
    if (stream === null) return;
    this.voice ??= new VoiceLink({
      offers: true,
      iceServers,
      stream,
      send: (data) => this.socket.tell({ type: "signal", to: "customer", data }),
      onState: (voice) => this.dispatch({ type: "voice", voice }),
    });
    this.voice.announce();
  }

  private hold(on: boolean): void {
    this.held = on;
    this.watch.reset();
    if (this.audio.channels === 1) this.audio.setMuted(this.muted || on);
  }

  private connectionChanged(connection: Connection): void {
    this.dispatch({ type: "connection_changed", connection, now: Date.now() });
    if (connection.kind !== "closed" || mayMend(connection.code)) return;
    this.stopSound();
    const hasEnded = connection.code === 1000 || connection.code === 4410;
    if (hasEnded && !this.over) this.readRecord();
  }

  private readRecord(): void {
    this.stopFollowing = followRecord(this.callId, this.dispatch, () =>
      this.dispatch({ type: "record_closed" }),
    );
  }

  private stopSound(): void {
    if (!this.sounding) return;
    this.sounding = false;
    this.voice?.close();
    this.audio.stop();
    this.showLevel(0);
  }
}

/** Where the socket of a call is. */
export function socketUrl(callId: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws/call/${callId}`;
}

/** A random UUID (version 4). `crypto.randomUUID` is missing from pages that are neither https nor localhost. */
function newCallId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
