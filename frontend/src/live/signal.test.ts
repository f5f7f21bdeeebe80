import { expect, test } from "vitest";

import { parseSignal } from "./signal";

test.each([
  [{ kind: "here", page: "7" }],
  [{ kind: "offer", round: 1, sdp: "v=0" }],
  [{ kind: "candidate", round: 1, candidate: { candidate: "" } }],
])("%j is taken as it is", (signal) => {
  expect(parseSignal(signal)).toEqual(signal);
});

test.each([
  [null],
  ["here"],
  [{ kind: "here" }],
  [{ kind: "offer", sdp: "v=0" }],
  [{ kind: "answer", round: 1, sdp: 7 }],
  [{ kind: "candidate", round: 1, candidate: null }],
  [{ kind: "other", round: 1 }],
])("%j is none", (data) => {
  expect(parseSignal(data)).toBeNull();
});
