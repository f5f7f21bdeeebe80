/** Notices a peer that no longer answers, long before TCP does. */

const checkEveryMs = 1_000;
const pingEveryMs = 10_000;
/** Something is owed to us and nothing was heard for this long: ask at once. */
const quietMs = 3_000;
const pongWithinMs = 6_000;

export interface HeartbeatOptions {
  ping: () => void;
  dead: () => void;
  /** Whether an answer is owed, such as an ack for audio under way. */
  owed: () => boolean;
}

export class Heartbeat {
  private heardAt = 0;
  private pingedAt = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: HeartbeatOptions) {}

  start(): void {
    this.heardAt = this.pingedAt = Date.now();
    this.timer = setInterval(() => this.check(), checkEveryMs);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** When anything at all came from the peer last. */
  get lastHeard(): number {
    return this.heardAt;
  }

  /** Anything at all came from the peer. */
  heard(): void {
    this.heardAt = Date.now();
  }

  /** Asks now; unanswered, the peer is dead a few seconds on. */
  ask(): void {
    if (this.timer === undefined) return;
    this.pingedAt = Date.now();
    this.options.ping();
  }

  private check(): void {
    const now = Date.now();
    const asked = this.pingedAt > this.heardAt;
    if (asked && now - this.pingedAt >= pongWithinMs) this.options.dead();
    else if (
      !asked &&
      (now - this.pingedAt >= pingEveryMs || (this.options.owed() && now - this.heardAt >= quietMs))
    )
      this.ask();
  }
}
