// @vitest-environment jsdom
import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { noCall, type CallState } from "../../live/call-state";
import { WrapUp } from "./wrap-up";

const ended = { ...noCall, ended: { durationSeconds: 60, status: "completed" } };
const wrapUp = (fields: Partial<CallState>) => (
  <WrapUp callId="c" call={{ ...ended, ...fields }} onDone={() => undefined} />
);

afterEach(() => {
  vi.useRealTimers();
});

test("a summary that takes its time is not waited for without a word", () => {
  vi.useFakeTimers();
  render(wrapUp({}));
  expect(screen.getByText("The last words are being written down; the summary follows.")).toBeDefined();
  act(() => {
    vi.advanceTimersByTime(15_000);
  });
  expect(screen.getByText(/takes longer than usual\. Write it by hand, or go on/)).toBeDefined();
});

test("a summary that does not come any more is for the agent to write", () => {
  render(wrapUp({ recordClosed: true }));
  expect(screen.getByText("No summary could be written for this call. Write it by hand.")).toBeDefined();
});

test("a summary that was given up says why, and is for the agent to write", () => {
  render(wrapUp({ summary: { text: null, failure: "400 too_long" } }));
  expect(screen.getByText(/could not write a summary \(400 too_long\)\. Write it by hand/)).toBeDefined();
});
