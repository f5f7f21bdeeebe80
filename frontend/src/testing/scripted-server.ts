import type { ClientMessage, ServerMessage } from "../live/protocol";

type SocketLike = Pick<WebSocket, "onopen" | "onmessage" | "onclose" | "close" | "send" | "binaryType">;

/** One connection as the server's end sees it. */
class ScriptedSocket implements SocketLike {
  binaryType: BinaryType = "blob";
  onopen: WebSocket["onopen"] = null;
  onmessage: WebSocket["onmessage"] = null;
  onclose: WebSocket["onclose"] = null;
  closedByClient = false;
  readonly texts: ClientMessage[] = [];
  /** Audio and gaps in order of arrival. */
  readonly order: (number[] | { gap: number })[] = [];

  send(data: unknown): void {
    if (data instanceof Uint8Array) this.order.push([...data]);
    else {
      const message = JSON.parse(data as string) as ClientMessage;
      this.texts.push(message);
      if (message.type === "gap") this.order.push({ gap: message.to });
    }
  }

  close(): void {
    this.closedByClient = true;
  }

  get audio(): number[] {
    return this.order.filter((item) => Array.isArray(item)).flat();
  }
}

/** Every field of a message but the call's id, which the script adds. */
type Said = ServerMessage extends infer M ? (M extends { type: string } ? Omit<M, "call_id"> : never) : never;

/** A media server that does what the test says, message by message. */
export class ScriptedServer {
  readonly sockets: ScriptedSocket[] = [];

  readonly open = (): WebSocket => {
    const socket = new ScriptedSocket();
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  };

  get last(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody has connected");
    return socket;
  }

  accept(): void {
    this.last.onopen?.call(this.last as unknown as WebSocket, new Event("open"));
  }

  say(message: Said): void {
    const data = JSON.stringify({ call_id: "c", ...message });
    this.last.onmessage?.call(this.last as unknown as WebSocket, new MessageEvent("message", { data }));
  }

  /** Opens the connection and answers its start_call. */
  start(receivedBytes = 0): void {
    this.accept();
    this.started(receivedBytes);
  }

  started(receivedBytes: number, fields: { epoch?: number; last_event_id?: number } = {}): void {
    this.say({
      type: "call_started",
      protocol: 1,
      epoch: 1,
      resumed: receivedBytes > 0,
      speakers: ["agent"],
      received_bytes: receivedBytes,
      last_event_id: 0,
      ...fields,
    });
  }

  ack(receivedBytes: number): void {
    this.say({ type: "audio_ack", received_bytes: receivedBytes });
  }

  close(code: number): void {
    this.last.onclose?.call(this.last as unknown as WebSocket, { code } as CloseEvent);
  }
}
