/** A call at the customer's end: it rings, is accepted, and carries this microphone to the agent and to its leg. */

import { CallSocket } from "./call-socket";
import type { Connection } from "./connection";
import type { CustomerAction } from "./customer-state";
import { keptCustomerCall, type KeptCustomerCall } from "./kept-call";
import { LevelWatch } from "./level-watch";
import { socketUrl } from "./live-call";
import type { Microphone } from "./microphone";
import type { CallStarted, ServerMessage, StatusChanged } from "./protocol";
import { VoiceLink } from "./voice-link";

export class CustomerCall {
  private readonly socket: CallSocket;
  private readonly watch = new LevelWatch();
  private voice: VoiceLink | null = null;
  private iceServers: RTCIceServer[] = [];
  private accepted = false;
  private held = false;

  constructor(
    private readonly microphone: Microphone,
    private kept: KeptCustomerCall,
    private readonly dispatch: (action: CustomerAction) => void,
    private readonly showLevel: (level: number) => void,
  ) {
    this.socket = new CallSocket({
      url: () => `${socketUrl(kept.callId)}?${new URLSearchParams({ ticket: this.kept.ticket })}`,
      start: { channels: 1, speaker: "customer", sample_rate: microphone.sampleRate },
      begunAt: kept.begunAt,
      onMessage: (message) => this.hear(message),
      onConnection: (connection) => this.connectionChanged(connection),
    });
  }

  start(): void {
    keptCustomerCall.set(this.kept);
    if (this.kept.begunAt === null) this.dispatch({ type: "ringing", now: Date.now() });
    if (this.kept.muted) this.dispatch({ type: "muted", muted: true });
    this.socket.connect();
    window.addEventListener("online", this.networkChanged);
  }

  setMuted(muted: boolean): void {
    this.keep({ muted });
    this.watch.reset();
    this.applySound();
    this.socket.tell({ type: "mute", on: muted });
    this.dispatch({ type: "muted", muted });
  }

  hangUp(): void {
    this.end("You hung up.");
    this.socket.endCall();
  }

  /** Lets go of everything, whatever state the call is in. */
  leave(): void {
    this.stopSound();
    this.socket.close();
    window.removeEventListener("online", this.networkChanged);
  }

  private readonly networkChanged = () => this.socket.retryNow();

  private hear(message: ServerMessage): void {
    if (message.type === "call_started") this.started(message);
    else if (message.type === "status" && message.part === "call") this.follow(message);
    else if (message.type === "signal") this.voice?.hear(message.data);
    else if (message.type === "call_ended") this.end("The call has ended. Thank you for calling.");
  }

  private started({ ticket, ice_servers: iceServers = [] }: CallStarted): void {
    if (ticket !== undefined) this.keep({ ticket });
    this.iceServers = iceServers;
    if (!this.accepted) return;
    if (this.kept.muted) this.socket.tell({ type: "mute", on: true });
    this.voice?.announce();
  }

  private follow({ state, message, agent_name: agentName }: StatusChanged): void {
    switch (state) {
      case "accepted":
        this.dispatch({ type: "accepted", agentName: agentName ?? "An agent", now: Date.now() });
        if (!this.accepted) this.talk();
        return;
      case "on_hold":
      case "off_hold":
        this.held = state === "on_hold";
        this.applySound();
        this.dispatch({ type: "held", on: this.held });
        return;
      case "unanswered":
      case "ended":
        this.end(message);
    }
  }

  private talk(): void {
    this.accepted = true;
    this.keep({ begunAt: this.kept.begunAt ?? Date.now() });
    this.applySound();
    if (this.kept.muted) this.socket.tell({ type: "mute", on: true });
    this.microphone.start({
      frame: (pcm, peak) => this.send(pcm, peak),
      lost: (seconds) => this.socket.lose(seconds),
      ended: () => this.dispatch({ type: "microphone", trouble: "unplugged" }),
    });
    this.voice = new VoiceLink({
      offers: false,
      iceServers: this.iceServers,
      stream: this.microphone.stream,
      send: (data) => this.socket.tell({ type: "signal", to: "agent", data }),
      onState: (voice) => this.dispatch({ type: "voice", voice }),
    });
    this.voice.announce();
  }

  private send(pcm: Uint8Array<ArrayBuffer>, peak: number): void {
    this.socket.push(pcm);
    const silent = this.kept.muted || this.held;
    this.showLevel(silent ? 0 : peak);
    if (!silent) this.dispatch({ type: "microphone", trouble: this.watch.judge(peak, Date.now() / 1_000) });
  }

  /** Muted or on hold, silence goes to the agent and to the leg alike. */
  private applySound(): void {
    this.microphone.setMuted(this.kept.muted || this.held);
    this.watch.reset();
  }

  private connectionChanged(connection: Connection): void {
    this.dispatch({ type: "connection", connection });
    if (connection.kind === "closed") this.end(connection.error?.message ?? "The call has ended.");
  }

  /** Once it is over, for this page only. */
  private keep(fields: Partial<KeptCustomerCall>): void {
    this.kept = { ...this.kept, ...fields };
    keptCustomerCall.change(fields);
  }

  private end(words: string): void {
    this.stopSound();
    keptCustomerCall.forget();
    this.dispatch({ type: "over", words });
  }

  private stopSound(): void {
    this.voice?.close();
    this.microphone.stop();
    this.showLevel(0);
  }
}
