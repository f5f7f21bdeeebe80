import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ScriptedServer } from "../testing/scripted-server";
import { CallSocket, ringSeconds } from "./call-socket";
import type { Connection } from "./connection";
import type { ServerMessage } from "./protocol";

/** A rate nobody speaks at keeps the arrays small. */
const start = { channels: 1, speaker: "agent", sample_rate: 100 } as const;
const second = 200;

let server: ScriptedServer;
let socket: CallSocket;
let heard: ServerMessage[];
let connections: Connection[];

const audio = (length: number, value = 1) => new Uint8Array(length).fill(value);
const kinds = () => connections.map((connection) => connection.kind);

beforeEach(() => {
  vi.useFakeTimers();
  server = new ScriptedServer();
  heard = [];
  connections = [];
  socket = newSocket(start.sample_rate);
});

function newSocket(sampleRate: number, begunAt: number | null = null): CallSocket {
  return new CallSocket({
    url: () => "ws://test",
    start: { ...start, sample_rate: sampleRate },
    begunAt,
    onMessage: (message) => heard.push(message),
    onConnection: (connection) => connections.push(connection),
    open: server.open,
    random: () => 1,
  });
}

afterEach(() => {
  socket.close();
  vi.useRealTimers();
});

function connectAndStart(receivedBytes = 0): void {
  socket.connect();
  server.start(receivedBytes);
}

/** The connection is cut, and the next one is up as far as the handshake. */
function cutAndReopen(code = 1006): void {
  server.close(code);
  vi.advanceTimersByTime(5_000);
}

test("a call opens with start_call, and audio recorded before the answer waits for it", () => {
  socket.connect();
  socket.push(audio(4));
  server.accept();
  expect(server.last.texts).toEqual([{ type: "start_call", encoding: "pcm_s16le", ...start }]);
  expect(server.last.audio).toEqual([]);
  server.start();
  expect(server.last.audio).toHaveLength(4);
  expect(kinds()).toEqual(["live"]);
});

test("live audio goes out as it comes", () => {
  connectAndStart();
  socket.push(audio(4, 7));
  socket.push(audio(2, 9));
  expect(server.last.order).toEqual([
    [7, 7, 7, 7],
    [9, 9],
  ]);
});

test("half a sample is refused before it can shift every offset behind it", () => {
  expect(() => socket.push(audio(3))).toThrow(RangeError);
});

test.each([1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013])("after close %i the leg resumes", (code) => {
  connectAndStart();
  cutAndReopen(code);
  expect(server.sockets).toHaveLength(2);
});

test.each([1000, 4401, 4404, 4409, 4410, 4429])("close %i is the last word", (code) => {
  connectAndStart();
  server.say({ type: "error", code: "leg_taken", message: "Taken.", fatal: true });
  cutAndReopen(code);
  expect(server.sockets).toHaveLength(1);
  expect(connections.at(-1)).toEqual({
    kind: "closed",
    code,
    error: { code: "leg_taken", message: "Taken." },
  });
});

test("the server's received_bytes decides what is sent again, acked or not", () => {
  connectAndStart();
  socket.push(Uint8Array.of(1, 2, 3, 4, 5, 6));
  server.ack(6);
  cutAndReopen();
  socket.push(Uint8Array.of(7, 8));
  server.start(2);
  expect(server.last.audio).toEqual([3, 4, 5, 6, 7, 8]);
});

test("audio keeps being recorded while away and follows on return", () => {
  connectAndStart();
  server.close(1006);
  for (let i = 0; i < 20; i++) {
    socket.push(audio(second, i));
    vi.advanceTimersByTime(1_000);
  }
  server.start(0);
  for (let acked = second; acked <= 20 * second; acked += second) server.ack(acked);
  expect(server.last.audio).toHaveLength(20 * second);
  expect(server.last.audio.filter((_, i) => i % second === 0)).toEqual([...Array(20).keys()]);
});

test("what the ring no longer holds is declared as a gap, in order, before the rest", () => {
  connectAndStart();
  server.close(1006);
  for (let i = 0; i < ringSeconds + 3; i++) socket.push(audio(second, i));
  vi.advanceTimersByTime(1_000);
  server.start(0);
  expect(server.last.order[0]).toEqual({ gap: 3 * second });
  expect((server.last.order[1] as number[])[0]).toBe(3);
});

test("at least thirty seconds are kept although every byte was acked", () => {
  connectAndStart();
  for (let i = 1; i <= 40; i++) {
    socket.push(audio(second, i));
    server.ack(i * second);
  }
  cutAndReopen();
  server.start(10 * second);
  expect(server.last.order).not.toContainEqual({ gap: expect.any(Number) as number });
  expect(server.last.audio[0]).toBe(11);
});

test("time that was never recorded becomes a gap at its place", () => {
  connectAndStart();
  socket.push(audio(4));
  socket.lose(2);
  socket.push(audio(4));
  expect(server.last.order).toEqual([[1, 1, 1, 1], { gap: 4 + 2 * second }, [1, 1, 1, 1]]);
});

test("a gap longer than the flow window does not stop the audio behind it", () => {
  connectAndStart();
  socket.lose(60);
  socket.push(audio(4));
  expect(server.last.audio).toHaveLength(4);
});

test("an ack from before a gap does not count the gap as audio under way", () => {
  connectAndStart();
  socket.push(audio(4));
  socket.lose(60);
  socket.push(audio(4));
  server.ack(4);
  socket.push(audio(4));
  expect(server.last.audio).toHaveLength(12);
});

test("a server that stops acking is not flooded", () => {
  connectAndStart();
  for (let i = 0; i < 60; i++) socket.push(audio(second));
  expect(server.last.audio.length).toBeLessThanOrEqual(11 * second);
  server.ack(8 * second);
  expect(server.last.audio.length).toBeGreaterThanOrEqual(18 * second);
});

test("no frame is larger than 64 KiB and each holds whole sample frames", () => {
  socket = newSocket(16_000);
  connectAndStart();
  server.close(1006);
  for (let i = 0; i < 50; i++) socket.push(audio(4_098));
  vi.advanceTimersByTime(1_000);
  server.start(0);
  for (const frame of server.last.order as number[][]) {
    expect(frame.length).toBeLessThanOrEqual(65_536);
    expect(frame.length % 2).toBe(0);
  }
});

test("a page that takes up an earlier page's leg numbers on from where that one stopped", () => {
  socket.connect();
  socket.push(Uint8Array.of(1, 2));
  server.start(1_000);
  expect(server.last.order).toEqual([[1, 2]]);
  cutAndReopen();
  server.start(1_000);
  expect(server.last.audio).toEqual([1, 2]);
});

test("what was said while a page was loaded anew is a gap between its leg's two halves", () => {
  socket = newSocket(start.sample_rate, Date.now());
  vi.advanceTimersByTime(10_000);
  socket.push(audio(second, 7));
  connectAndStart(6 * second);
  expect(server.last.order).toEqual([{ gap: 9 * second }, [...audio(second, 7)]]);
});

test("what the server has is never declared lost, whatever the clocks say", () => {
  socket = newSocket(start.sample_rate, Date.now());
  socket.push(audio(4, 7));
  connectAndStart(6 * second);
  expect(server.last.order).toEqual([[...audio(4, 7)]]);
});

test("a resume names the last event seen, and the server's memory that it was of", () => {
  connectAndStart();
  server.say({ type: "call_ended", id: 7, duration_seconds: 3, status: "completed" });
  cutAndReopen();
  server.accept();
  expect(server.last.texts[0]).toMatchObject({ type: "start_call", last_event_id: 7, epoch: 1 });
});

test("a server whose record is shorter than ours sets the event count back", () => {
  const gap = { type: "gap", speaker: "agent", start: 0, end: 1, reason: "lost" } as const;
  const resumedAfter = () => {
    cutAndReopen();
    server.accept();
    return server.last.texts[0];
  };
  connectAndStart();
  server.say({ ...gap, id: 9 });
  expect(resumedAfter()).toMatchObject({ last_event_id: 9 });
  server.started(0, { last_event_id: 9 });
  expect(resumedAfter()).toMatchObject({ last_event_id: 9 });
  server.started(0, { epoch: 2, last_event_id: 0 });
  server.say({ ...gap, id: 2 });
  expect(resumedAfter()).toMatchObject({ last_event_id: 2 });
});

test("tries come quickly at first, every five seconds later", () => {
  connectAndStart();
  server.close(1006);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 14; attempt++) {
    const before = server.sockets.length;
    let waited = 0;
    while (server.sockets.length === before) {
      vi.advanceTimersByTime(100);
      waited += 100;
    }
    waits.push(waited);
    server.close(1006);
  }
  expect(waits).toEqual([200, 400, 800, ...Array<number>(9).fill(1_000), 5_000, 5_000]);
});

test("a line that went dead unnoticed has been away since the server was last heard", () => {
  vi.setSystemTime(1_000_000);
  connectAndStart();
  socket.push(audio(second));
  vi.advanceTimersByTime(7_000);
  server.close(1006);
  expect(connections.at(-1)).toMatchObject({ kind: "reconnecting", since: 1_000_000 });
});

test("a cut is told as reconnecting (n), later offline since, then catching up, back, live", () => {
  vi.setSystemTime(1_000_000);
  connectAndStart();
  socket.push(audio(second));
  server.close(1006);
  for (let i = 0; i < 8; i++) {
    vi.advanceTimersByTime(1_000);
    server.close(1006);
  }
  vi.advanceTimersByTime(1_000);
  server.start(0);
  server.ack(second);
  vi.advanceTimersByTime(4_000);
  const away = connections.slice(1, -3);
  expect(away.map((connection) => "attempt" in connection && connection.attempt)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
  expect(away.at(-2)).toEqual({ kind: "reconnecting", attempt: 8, since: 1_000_000 });
  expect(away.at(-1)).toEqual({ kind: "offline", attempt: 9, since: 1_000_000 });
  expect(kinds().slice(-3)).toEqual(["catching_up", "back", "live"]);
  expect(connections.at(-2)).toMatchObject({ awaySeconds: 9 });
});

test("a connection that held ends the row of failures, one that broke at once does not", () => {
  const attemptAfter = (seconds: number) => {
    vi.advanceTimersByTime(1_000);
    server.start(0);
    vi.advanceTimersByTime(seconds * 1_000);
    server.close(1013);
    return connections.at(-1);
  };
  connectAndStart();
  server.close(1006);
  expect(attemptAfter(1)).toMatchObject({ kind: "reconnecting", attempt: 2 });
  expect(attemptAfter(1)).toMatchObject({ kind: "reconnecting", attempt: 3 });
  expect(attemptAfter(6)).toMatchObject({ kind: "reconnecting", attempt: 1 });
});

test("with nothing to send again a return is told at once", () => {
  connectAndStart();
  cutAndReopen();
  server.start(0);
  expect(kinds().slice(-2)).toEqual(["catching_up", "back"]);
});

test("before the first answer a failed try is still connecting", () => {
  socket.connect();
  server.close(1006);
  expect(connections).toEqual([{ kind: "connecting", attempt: 1 }]);
});

test("start_call without an answer is given up and tried again", () => {
  socket.connect();
  server.accept();
  vi.advanceTimersByTime(11_000);
  expect(server.sockets).toHaveLength(2);
  expect(server.sockets[0]?.closedByClient).toBe(true);
});

test("a silent connection is pinged every ten seconds", () => {
  connectAndStart();
  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(10_000);
    expect(server.last.texts.filter(({ type }) => type === "ping")).toHaveLength(i + 1);
    vi.advanceTimersByTime(10);
    server.say({ type: "pong" });
  }
});

test("a peer that does not answer a ping is left for a new connection", () => {
  connectAndStart();
  vi.advanceTimersByTime(15_000);
  expect(server.sockets).toHaveLength(1);
  vi.advanceTimersByTime(3_000);
  expect(server.sockets).toHaveLength(2);
});

test("with audio under way a dead peer is noticed within ten seconds", () => {
  connectAndStart();
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(1_000);
    socket.push(audio(second));
  }
  vi.advanceTimersByTime(500);
  expect(server.sockets).toHaveLength(2);
});

test("a message to reconnect stops the audio and is followed after the time it names", () => {
  connectAndStart();
  server.say({ type: "reconnect", after_ms: 1_000 });
  socket.push(audio(4));
  expect(server.last.audio).toEqual([]);
  server.close(1012);
  vi.advanceTimersByTime(900);
  expect(server.sockets).toHaveLength(1);
  vi.advanceTimersByTime(400);
  expect(server.sockets).toHaveLength(2);
  server.start(0);
  expect(server.last.audio).toHaveLength(4);
});

test("a server that says reconnect and then hangs is left all the same", () => {
  connectAndStart();
  server.say({ type: "reconnect", after_ms: 0 });
  vi.advanceTimersByTime(2_500);
  expect(server.sockets).toHaveLength(2);
});

test("after a refused frame only the server's own count is trusted", () => {
  connectAndStart();
  socket.push(Uint8Array.of(1, 2, 3, 4));
  server.say({ type: "error", code: "bad_audio", message: "", fatal: false, received_bytes: 2 });
  vi.advanceTimersByTime(500);
  server.start(2);
  expect(server.last.audio).toEqual([3, 4]);
});

test("a start the server refuses is final: there is nothing to resume", () => {
  socket.connect();
  server.accept();
  server.say({ type: "error", code: "bad_start", message: "No such rate.", fatal: false });
  expect(connections.at(-1)).toMatchObject({ kind: "closed", error: { code: "bad_start" } });
});

test("end_call follows the last byte and nothing is recorded after it", () => {
  connectAndStart();
  for (let i = 0; i < 12; i++) socket.push(audio(second));
  socket.endCall();
  socket.push(audio(second));
  expect(server.last.texts.map(({ type }) => type)).not.toContain("end_call");
  server.ack(5 * second);
  expect(server.last.audio).toHaveLength(12 * second);
  expect(server.last.texts.at(-1)).toEqual({ type: "end_call" });
});

test("a call ended while away is ended on return, after what was missing", () => {
  connectAndStart();
  server.close(1006);
  socket.push(audio(4));
  socket.endCall();
  vi.advanceTimersByTime(1_000);
  server.start(0);
  expect(server.last.audio).toHaveLength(4);
  expect(server.last.texts.at(-1)).toEqual({ type: "end_call" });
});

test("an end_call that may not have arrived is said again", () => {
  connectAndStart();
  socket.push(audio(4));
  socket.endCall();
  server.close(1006);
  vi.advanceTimersByTime(1_000);
  server.start(4);
  expect(server.last.texts.map(({ type }) => type)).toEqual(["start_call", "end_call"]);
});

test("once the server says the call ended, no end_call is repeated and no audio added", () => {
  connectAndStart();
  server.say({ type: "call_ended", id: 1, duration_seconds: 1, status: "completed" });
  socket.push(audio(4));
  socket.endCall();
  expect(server.last.audio).toEqual([]);
  expect(server.last.texts).toHaveLength(1);
});

test("after a final close the person may connect again and everything kept is sent", () => {
  connectAndStart();
  socket.push(audio(4));
  server.close(4401);
  socket.push(audio(4));
  socket.connect();
  server.start(0);
  expect(server.last.audio).toHaveLength(8);
});

test("when the network returns a waiting try is made at once", () => {
  connectAndStart();
  server.close(1006);
  socket.retryNow();
  expect(server.sockets).toHaveLength(2);
  vi.advanceTimersByTime(1_000);
  expect(server.sockets).toHaveLength(2);
});

test("messages of types this build does not know, and broken ones, are passed over", () => {
  connectAndStart();
  server.last.onmessage?.call({} as WebSocket, new MessageEvent("message", { data: "{" }));
  server.say({ type: "weather" } as never);
  server.say({ type: "pong" });
  expect(heard.map(({ type }) => type)).toEqual(["call_started", "pong"]);
});
