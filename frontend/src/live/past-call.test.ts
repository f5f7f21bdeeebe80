import { expect, test } from "vitest";

import type { CallDetail } from "../api/call-detail";
import { call_id } from "../testing/events";
import { pastCall } from "./past-call";

const said = (window: number, start: number) => ({
  speaker: "customer" as const,
  text: `Line ${window}.`,
  start,
  end: start + 1,
  window,
  confidence: null,
});

test("what happened stands where it happened", () => {
  const detail = {
    call_id,
    start_time: "2026-11-23T10:00:00Z",
    transcripts: [said(0, 1), said(1, 30)],
    events: [
      { type: "gap", id: 4, call_id, speaker: "customer", start: 3, end: 5, reason: "not_sent" },
      { type: "hold", id: 5, call_id, speaker: "agent", on: true, at: "2026-11-23T10:00:20Z" },
    ],
    suggestions: [],
  } as unknown as CallDetail;
  expect(pastCall(detail).lines.map(({ kind, start }) => [kind, start])).toEqual([
    ["words", 1],
    ["gap", 3],
    ["event", 20],
    ["words", 30],
  ]);
});
