// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { callReducer, type CallAction } from "../../live/call-reducer";
import { noCall } from "../../live/call-state";
import { NoticeList } from "./notice-list";

const live: CallAction = { type: "connection_changed", connection: { kind: "live" }, now: 0 };
const away: CallAction = {
  type: "connection_changed",
  connection: { kind: "reconnecting", attempt: 2, since: 0 },
  now: 0,
};
const part = (part: string, state: string, message: string): CallAction => ({
  type: "status",
  call_id: "c",
  part,
  state,
  message,
});
const behind = part("recogniser", "behind", "The transcript is 12 s behind.");

function noticesAfter(...actions: CallAction[]) {
  const call = [live, ...actions].reduce(callReducer, { ...noCall, phase: "open" as const });
  return <NoticeList call={call} onResume={() => undefined} onLeave={() => undefined} />;
}

test.each<[string, CallAction, RegExp]>([
  ["no sound", { type: "microphone", trouble: "silent" }, /^No sound from your microphone/],
  ["a microphone that is gone", { type: "microphone", trouble: "unplugged" }, /was disconnected/],
  ["a recogniser that is behind", behind, /^The transcript is 12 s behind/],
  ["a connection that is gone", away, /^The connection is gone\. Go on speaking/],
])("%s is said in words", (_what, action, words) => {
  render(noticesAfter(action));
  expect(screen.getByRole("alert").textContent).toMatch(words);
});

test("what is well again is not said any more", () => {
  const { rerender } = render(noticesAfter(behind, away));
  rerender(noticesAfter(behind, part("recogniser", "ok", "The transcript is up to date again."), away, live));
  expect(screen.getByRole("alert").textContent).toBe("");
});
