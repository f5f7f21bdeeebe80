import { expect, test } from "vitest";

import { noCall, type CallState } from "../../live/call-state";
import type { Connection } from "../../live/connection";
import { noticesOf, secondsLeft } from "./notices-of";

const call = (fields: Partial<CallState>): CallState => ({
  ...noCall,
  phase: "open",
  connection: { kind: "live" },
  ...fields,
});
const closed = (code: number, message = "Why."): Connection => ({
  kind: "closed",
  code,
  error: { code: "x", message },
});

test("a call in order has nothing to say", () => {
  expect(noticesOf(call({}))).toEqual([]);
});

test("away from the server, it says that the recording goes on", () => {
  const [notice] = noticesOf(call({ connection: { kind: "offline", attempt: 9, since: 5 } }));
  expect(notice).toMatchObject({ tone: "alert", keptSince: 5 });
  expect(notice?.words).toContain("everything is recorded here");
});

test("hanging up while away can be cut short", () => {
  const [notice] = noticesOf(
    call({ connection: { kind: "offline", attempt: 9, since: 5 }, hangingUp: true }),
  );
  expect(notice).toMatchObject({ key: "ending", remedies: ["leave"] });
});

test.each([
  [4401, "resume, leave"],
  [4429, "resume, leave"],
  [4404, "leave"],
  [4409, "leave"],
])("a socket closed with %i offers to %s", (code, remedies) => {
  const [notice] = noticesOf(call({ connection: closed(code) }));
  expect([notice?.tone, notice?.remedies.join(", ")]).toEqual(["alert", remedies]);
});

test.each([1000, 4410])("closed with %i before its end was told, the call is over, not broken", (code) => {
  const [notice] = noticesOf(call({ connection: closed(code) }));
  expect(notice).toMatchObject({ key: "over", tone: "caution", remedies: ["leave"] });
});

test("a close after the end is no failure", () => {
  const ended = { durationSeconds: 9, status: "completed" };
  expect(noticesOf(call({ connection: closed(1000), ended }))).toEqual([]);
});

test("what the parts of the system say is passed on in their words", () => {
  const parts = [{ part: "recogniser", state: "behind", message: "The words come 12 s late." }];
  expect(noticesOf(call({ parts }))).toMatchObject([{ tone: "caution", words: "The words come 12 s late." }]);
});

test("two minutes of sound are kept, and never less than none", () => {
  expect(secondsLeft(0, 6_000)).toBe(114);
  expect(secondsLeft(0, 600_000)).toBe(0);
});
