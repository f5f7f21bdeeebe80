// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { deskTone, playRingTone } from "./ring-tone";

/** The browser's AudioContext, as far as it is rung with; it refuses until it is allowed. */
class ScriptedContext {
  static all: ScriptedContext[] = [];
  static allowed = false;
  readonly sampleRate = 8_000;
  readonly destination = {};
  state = "suspended";
  samples = new Float32Array();
  constructor() {
    ScriptedContext.all.push(this);
  }
  createBuffer(_channels: number, length: number) {
    this.samples = new Float32Array(length);
    return { getChannelData: () => this.samples };
  }
  createBufferSource() {
    return { connect: () => undefined, start: () => undefined };
  }
  resume(): Promise<void> {
    if (!ScriptedContext.allowed) return Promise.reject(new DOMException("no touch", "NotAllowedError"));
    this.state = "running";
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.state = "closed";
    return Promise.resolve();
  }
}

beforeEach(() => {
  ScriptedContext.all = [];
  ScriptedContext.allowed = false;
  vi.stubGlobal("AudioContext", ScriptedContext);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const context = () => ScriptedContext.all[0];

test("refused by the browser it is silent, and rings from the first touch on", async () => {
  // A rejection that nobody takes fails the whole run.
  const stop = playRingTone(deskTone);
  await new Promise((done) => setTimeout(done));
  expect(context()?.state).toBe("suspended");
  ScriptedContext.allowed = true;
  window.dispatchEvent(new Event("pointerdown"));
  expect(context()?.state).toBe("running");
  stop();
  window.dispatchEvent(new Event("keydown"));
  expect(context()?.state).toBe("closed");
});

test("it is quiet, and silent between the bursts", () => {
  const stop = playRingTone(deskTone);
  const samples = [...(context()?.samples ?? [])];
  const loudest = Math.max(...samples.map(Math.abs));
  expect(loudest).toBeGreaterThan(0.04);
  expect(loudest).toBeLessThan(0.1);
  expect(samples.slice(8_000).every((sample) => sample === 0)).toBe(true);
  expect(samples).toHaveLength(24_000);
  stop();
});
