/**
 * One media socket of a call, kept alive over any number of connections.
 *
 * Bytes are numbered when they are recorded, connected or not, and kept in a ring. After each `call_started`
 * sending goes on from the server's `received_bytes`: what it lacks is sent again, what the ring no longer
 * holds is declared as a gap. So a cut costs delay, and words only when it outlasts the ring.
 */

import { afterFailure, backOffMs, mayResume, type CloseReason, type Connection } from "./connection";
import { Heartbeat } from "./heartbeat";
import {
  parseServerMessage,
  type CallStarted,
  type ClientMessage,
  type Legs,
  type ServerMessage,
} from "./protocol";
import { RingBuffer } from "./ring-buffer";

/** How much is kept for resending. The server lets a leg resume for 120 s, so no resumable cut loses a word. */
export const ringSeconds = 120;

/** Seconds sent ahead of the server's acks: a server that stops acking is not flooded, the ring waits for it. */
const unackedSeconds = 10;
/** Half of the largest frame the server takes (64 KiB); only catching up fills it. */
const largestFrame = 32 * 1024;
const startWithinMs = 10_000;
/** A connection that lasted this long ends a row of failures. */
const stableMs = 5_000;
const backShownMs = 4_000;
const closeWithinMs = 2_000;

export type CallStart = Legs & {
  sample_rate: number;
  customer_id?: number;
  account_number?: string;
  agent_name?: string;
};

export interface CallSocketOptions {
  /** Asked for each connection: a customer's ticket opens one only. */
  url: () => string;
  start: CallStart;
  /** Epoch milliseconds of the leg's first byte where an earlier page sent it; what was not sent since is a gap. */
  begunAt?: number | null;
  onMessage: (message: ServerMessage) => void;
  onConnection: (connection: Connection) => void;
  open?: (url: string) => WebSocket;
  random?: () => number;
}

export class CallSocket {
  private readonly ring: RingBuffer;
  private readonly frameBytes: number;
  private readonly bytesPerSecond: number;
  private readonly random: () => number;

  private socket: WebSocket | null = null;
  private connection: Connection = { kind: "connecting", attempt: 0 };
  /** Between `call_started` and the end of that connection: audio may be sent. */
  private started = false;
  private wasLive = false;
  private ending = false;
  private endSaid = false;

  private next = 0;
  private acked = 0;
  private catchUpTo = 0;
  private lastEventId = 0;
  private epoch?: number;
  private lastError: CloseReason | null = null;

  private attempt = 0;
  private awaySince = 0;
  private liveSince = 0;
  private plannedDelayMs: number | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Ends a state that must not last: a start without answer, a planned close, "back". */
  private stateTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly heartbeat = new Heartbeat({
    ping: () => this.say({ type: "ping" }),
    dead: () => this.reconnect(),
    owed: () => this.isOwed(),
  });

  constructor(private readonly options: CallSocketOptions) {
    this.frameBytes = 2 * options.start.channels;
    this.bytesPerSecond = options.start.sample_rate * this.frameBytes;
    this.ring = new RingBuffer(ringSeconds * this.bytesPerSecond);
    this.random = options.random ?? Math.random;
  }

  /** Opens the first connection, or a new one after the server closed for a reason the person has mended. */
  connect(): void {
    this.dropSocket();
    const socket = (this.options.open ?? ((url) => new WebSocket(url)))(this.options.url());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.sayStart();
    socket.onmessage = ({ data }) => this.hear(data);
    socket.onclose = ({ code }) => this.closed(code);
    this.socket = socket;
    this.stateTimer = setTimeout(() => this.reconnect(), startWithinMs);
    if (this.connection.kind !== "closed") return;
    this.attempt = 1;
    this.lastError = null;
    this.become(afterFailure(this.attempt, this.awaySince, this.wasLive));
  }

  /** Whole sample frames of s16le; they are kept from now on, whatever the connection does. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length % this.frameBytes !== 0) throw new RangeError("audio must come in whole sample frames");
    if (this.ending) return;
    this.ring.push(bytes);
    this.pump();
  }

  /** Time that passed without being recorded (a sleeping laptop): it becomes a gap, not a shift of all that follows. */
  lose(seconds: number): void {
    if (!this.ending) this.ring.skip(this.bytesOf(seconds));
  }

  /** Ends the call once everything recorded is sent, over as many connections as that takes. */
  endCall(): void {
    this.ending = true;
    this.pump();
  }

  /** The network may be back: try at once, or make sure that the peer is still there. */
  retryNow(): void {
    if (this.retryTimer !== undefined) this.connect();
    else this.heartbeat.ask();
  }

  /** Leaves without ending the call. */
  close(): void {
    this.dropSocket();
  }

  /** Says what is not worth keeping; false when nobody is there to hear it. */
  tell(message: ClientMessage): boolean {
    if (this.started) this.say(message);
    return this.started;
  }

  private sayStart(): void {
    this.say({
      type: "start_call",
      encoding: "pcm_s16le",
      ...this.options.start,
      ...(this.epoch !== undefined && { last_event_id: this.lastEventId, epoch: this.epoch }),
    });
  }

  private hear(data: unknown): void {
    this.heartbeat.heard();
    const message = typeof data === "string" ? parseServerMessage(data) : null;
    if (message === null) return;
    if (message.type === "call_started") this.begin(message);
    else if (message.type === "audio_ack") this.acknowledge(message.received_bytes);
    else if (message.type === "reconnect") this.plan(message.after_ms);
    else if (message.type === "call_ended") this.ending = this.endSaid = true;
    else if (message.type === "error") this.refuse(message.code, message.message, message.fatal);
    if (message.id !== undefined) this.lastEventId = Math.max(this.lastEventId, message.id);
    this.options.onMessage(message);
  }

  private begin({ epoch, received_bytes: receivedBytes, last_event_id: lastEventId }: CallStarted): void {
    if (!this.wasLive) this.ring.shift(Math.max(receivedBytes, this.bytesBefore()));
    else if (receivedBytes > this.ring.end) this.ring.skip(receivedBytes - this.ring.end);
    this.lastEventId = Math.min(this.lastEventId, lastEventId);
    this.epoch = epoch;
    this.next = this.acked = receivedBytes;
    this.catchUpTo = this.ring.end;
    this.started = true;
    this.endSaid = false;
    this.liveSince = Date.now();
    clearTimeout(this.stateTimer);
    this.heartbeat.start();
    if (this.wasLive) this.become({ kind: "catching_up", since: this.awaySince });
    else this.become({ kind: "live" });
    this.wasLive = true;
    this.pump();
    this.noticeCaughtUp();
  }

  /** Where in its leg stands what this page has recorded. */
  private bytesBefore(): number {
    const { begunAt } = this.options;
    return begunAt == null ? 0 : this.bytesOf((Date.now() - begunAt) / 1_000) - this.ring.end;
  }

  private bytesOf(seconds: number): number {
    return Math.round((seconds * this.bytesPerSecond) / this.frameBytes) * this.frameBytes;
  }

  private acknowledge(receivedBytes: number): void {
    this.acked = Math.max(this.acked, receivedBytes);
    this.noticeCaughtUp();
    this.pump();
  }

  private noticeCaughtUp(): void {
    if (this.connection.kind !== "catching_up" || this.acked < this.catchUpTo) return;
    this.become({ kind: "back", awaySeconds: (this.liveSince - this.connection.since) / 1_000 });
    this.stateTimer = setTimeout(() => this.become({ kind: "live" }), backShownMs);
  }

  /** Sends on from `next` as far as the acks allow, then `end_call` if that was all there will be. */
  private pump(): void {
    if (!this.started) return;
    while (this.next - this.acked < unackedSeconds * this.bytesPerSecond) {
      const held = this.ring.read(this.next, largestFrame);
      if (held === null) break;
      if (held.kind === "missing") {
        this.say({ type: "gap", to: held.to });
        this.acked += held.to - this.next;
        this.next = held.to;
      } else {
        this.socket?.send(held.bytes);
        this.next += held.bytes.length;
      }
    }
    if (this.ending && !this.endSaid && this.next === this.ring.end) {
      this.endSaid = true;
      this.say({ type: "end_call" });
    }
  }

  private plan(afterMs: number): void {
    this.started = false;
    this.plannedDelayMs = afterMs;
    clearTimeout(this.stateTimer);
    this.stateTimer = setTimeout(() => this.reconnect(), closeWithinMs);
  }

  private refuse(code: string, message: string, fatal: boolean): void {
    if (fatal) this.lastError = { code, message };
    else if (code === "bad_start") this.finish(1000, { code, message });
    // Offsets are implied by order, so after a refused frame only the server's own count is sure.
    else if (code === "bad_audio") this.reconnect();
  }

  private say(message: ClientMessage): void {
    this.socket?.send(JSON.stringify(message));
  }

  private closed(code: number): void {
    if (mayResume(code)) this.reconnect();
    else this.finish(code, this.lastError);
  }

  private reconnect(): void {
    this.cutOff();
    this.attempt += 1;
    const delay = (this.plannedDelayMs ?? 0) + backOffMs(this.attempt, this.random);
    this.plannedDelayMs = null;
    this.retryTimer = setTimeout(() => this.connect(), delay);
    this.become(afterFailure(this.attempt, this.awaySince, this.wasLive));
  }

  private finish(code: number, error: CloseReason | null): void {
    this.cutOff();
    this.become({ kind: "closed", code, error });
  }

  /** Whether the server has not yet called safe what it was sent. */
  private isOwed(): boolean {
    return this.next > this.acked;
  }

  /** Ends this connection and remembers since when we are away, and whether it had been a good one. */
  private cutOff(): void {
    const now = Date.now();
    const { kind } = this.connection;
    if (kind === "live" || kind === "back") this.awaySince = this.isOwed() ? this.heartbeat.lastHeard : now;
    const wasUp = kind === "live" || kind === "back" || kind === "catching_up";
    if (wasUp && now - this.liveSince >= stableMs) this.attempt = 0;
    this.dropSocket();
  }

  /** Lets go of the connection and every timer; what the old socket still says is nobody's business. */
  private dropSocket(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.stateTimer);
    this.retryTimer = undefined;
    this.heartbeat.stop();
    this.started = false;
    if (this.socket === null) return;
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  private become(connection: Connection): void {
    this.connection = connection;
    this.options.onConnection(connection);
  }
}
