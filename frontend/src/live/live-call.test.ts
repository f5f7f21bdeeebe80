// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ScriptedServer } from "../testing/scripted-server";
import type { AudioSink, AudioSource } from "./audio-source";
import type { CallAction } from "./call-reducer";
import { LiveCall } from "./live-call";

class ScriptedSound implements AudioSource {
  readonly sampleRate = 16_000;
  sink: AudioSink | null = null;
  stopped = false;
  muted = false;
  constructor(readonly channels: 1 | 2) {}
  start(sink: AudioSink): void {
    this.sink = sink;
  }
  setMuted(muted: boolean): void {
    this.muted = muted;
  }
  stop(): void {
    this.stopped = true;
  }
  play(peak = 0.5): void {
    this.sink?.frame(new Uint8Array(3_200), peak);
  }
}

/** The browser's EventSource, as far as a record is read with it. */
class ScriptedRecord {
  static readonly CLOSED = 2;
  static last: ScriptedRecord | null = null;
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    ScriptedRecord.last = this;
  }
  close(): void {
    this.readyState = ScriptedRecord.CLOSED;
  }
}

let server: ScriptedServer;
let sound: ScriptedSound;
let actions: CallAction[];
let levels: number[];
let call: LiveCall;

beforeEach(() => {
  vi.useFakeTimers();
  server = new ScriptedServer();
  ScriptedRecord.last = null;
  vi.stubGlobal("EventSource", ScriptedRecord);
  vi.stubGlobal("WebSocket", function open() {
    return server.open();
  });
});

afterEach(() => {
  call.leave();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function begin(channels: 1 | 2): void {
  sound = new ScriptedSound(channels);
  actions = [];
  levels = [];
  call = new LiveCall(
    sound,
    { account_number: "ACC00007" },
    (action) => actions.push(action),
    (level) => levels.push(level),
  );
  call.start();
  server.start();
}

const types = () => actions.map(({ type }) => type);
const ended = { type: "call_ended", id: 1, duration_seconds: 3, status: "completed" } as const;
const summary = { type: "summary", id: 2, summary: "Done.", sentiment: null } as const;

test("a microphone is the agent's leg, a recording both", () => {
  begin(1);
  expect(server.last.texts[0]).toMatchObject({ channels: 1, speaker: "agent", account_number: "ACC00007" });
  call.leave();
  begin(2);
  expect(server.last.texts[0]).toMatchObject({ channels: 2 });
  expect(server.last.texts[0]).not.toHaveProperty("speaker");
});

test("a call has a UUID of its own", () => {
  begin(1);
  expect(call.callId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("hanging up stops the sound and ends the call", () => {
  begin(1);
  sound.play();
  call.hangUp();
  expect(sound.stopped).toBe(true);
  expect(server.last.texts.at(-1)).toEqual({ type: "end_call" });
  expect(types()).toContain("hanging_up");
});

test("a recording that is over ends its call; a microphone that is gone does not", () => {
  begin(1);
  sound.sink?.ended();
  expect(actions.at(-1)).toEqual({ type: "microphone", trouble: "unplugged" });
  call.leave();
  begin(2);
  sound.sink?.ended();
  expect(server.last.texts.at(-1)).toEqual({ type: "end_call" });
});

test("when the server ends the call the sound stops", () => {
  begin(1);
  server.say(ended);
  expect(sound.stopped).toBe(true);
});

test("with the summary told there is nothing to ask the record", () => {
  begin(1);
  server.say(ended);
  server.say(summary);
  server.close(1000);
  expect(ScriptedRecord.last).toBeNull();
});

test("a socket that closes before the summary leaves it to the record", () => {
  begin(1);
  server.say(ended);
  server.close(1000);
  expect(ScriptedRecord.last?.url).toBe(`/api/stream/transcript/${call.callId}`);
  ScriptedRecord.last?.onmessage?.({ data: JSON.stringify({ call_id: call.callId, ...summary }) });
  expect(types().slice(-2)).toEqual(["summary", "record_closed"]);
  expect(ScriptedRecord.last?.readyState).toBe(ScriptedRecord.CLOSED);
});

test("a record that never tells the summary is not waited for without end", () => {
  begin(1);
  server.say(ended);
  server.close(1000);
  vi.advanceTimersByTime(90_000);
  expect(types().at(-1)).toBe("record_closed");
});

test("signed out in the middle, the sound is kept and sent after resuming", () => {
  begin(1);
  server.close(4401);
  sound.play();
  expect(sound.stopped).toBe(false);
  call.resume();
  server.start();
  expect(server.last.audio).toHaveLength(3_200);
});

test("a call that another window took leaves this microphone alone", () => {
  begin(1);
  server.close(4409);
  expect(sound.stopped).toBe(true);
});

test("ten silent seconds are told, but not of a muted microphone", () => {
  begin(1);
  const silence = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      sound.play(0);
      vi.advanceTimersByTime(1_000);
    }
  };
  silence(5);
  call.setMuted(true);
  silence(20);
  call.setMuted(false);
  silence(5);
  expect(actions).not.toContainEqual({ type: "microphone", trouble: "silent" });
  silence(6);
  expect(actions).toContainEqual({ type: "microphone", trouble: "silent" });
});

test("the level shows what is sent: nothing while muted, nothing after the end", () => {
  begin(1);
  sound.play(0.5);
  call.setMuted(true);
  sound.play(0.5);
  call.hangUp();
  expect(levels).toEqual([0.5, 0, 0]);
});

test("the network's return makes a waiting try at once", () => {
  begin(1);
  server.close(1006);
  window.dispatchEvent(new Event("online"));
  expect(server.sockets).toHaveLength(2);
});
