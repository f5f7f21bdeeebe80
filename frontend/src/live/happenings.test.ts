import { expect, test } from "vitest";

import { alert, call_id, delta, note, started, suggested, transcript } from "../testing/events";
import { callReducer, type CallAction } from "./call-reducer";
import { noCall } from "./call-state";
import { toDeck } from "./suggestion-state";
import { happeningKey } from "./transcript-state";

const after = (...actions: CallAction[]) => actions.reduce(callReducer, noCall);
const hold = (on: boolean, at: string): CallAction => ({ type: "hold", call_id, speaker: "agent", on, at });

test("alerts and notes stay above the advice until they are put away, and in the transcript for good", () => {
  const state = after(transcript({}), alert(), note());
  expect(state.pins).toEqual([alert(), note()]);
  const seen = callReducer(state, { type: "pin_seen", key: happeningKey(alert()) });
  expect(seen.pins).toEqual([note()]);
  expect(seen.lines.map(({ kind }) => kind)).toEqual(["words", "event", "event"]);
});

test("an alert stands after the words that caused it, however late it comes", () => {
  const state = after(transcript({}), transcript({ window: 1, start: 9, end: 10 }), alert({ end: 2 }));
  expect(state.lines.map(({ kind }) => kind)).toEqual(["words", "event", "words"]);
});

test("on hold counts from when the server said so, until it is over", () => {
  const held = after(hold(true, "2026-11-23T10:15:04.120Z"));
  expect(held.heldSince).toBe(Date.UTC(2026, 10, 23, 10, 15, 4, 120));
  expect(callReducer(held, hold(false, "2026-11-23T10:16:04.120Z")).heldSince).toBeNull();
});

test("what the call is at for a customer's page is no trouble of a part", () => {
  expect(after({ type: "status", call_id, part: "call", state: "accepted", message: "" }).parts).toEqual([]);
});

test("an answer stays beside newer advice until it is put away", () => {
  const asked = started({ suggestion_id: "q", window: null, trigger: "May I?", asked_by: "Ana" });
  const answered = suggested({ suggestion_id: "q", message: "Yes." });
  const state = after(asked, answered, started(), suggested());
  expect(toDeck(state.suggestions)).toMatchObject({
    answer: { id: "q" },
    current: { id: "s1" },
    earlier: [],
  });
  const away = callReducer(state, {
    type: "suggestion_marked",
    suggestion_id: "q",
    mark: { dismissed: true },
  });
  expect(toDeck(away.suggestions)).toMatchObject({ answer: null, earlier: [{ id: "q" }] });
});

test("a rating that was not saved is taken back, and said so", () => {
  const mark = { rating: 1 } as const;
  const rated = after(started(), suggested(), { type: "suggestion_marked", suggestion_id: "s1", mark });
  expect(rated.suggestions[0]?.rating).toBe(1);
  const failed = callReducer(rated, { type: "mark_failed", suggestion_id: "s1", mark, message: "Gone." });
  expect(failed.suggestions[0]?.rating).toBeNull();
  expect(failed.refused?.message).toBe("That was not saved. Gone.");
});

test("the page adds what painting took to the server's stages", () => {
  const stages = { cut: 10, engine: 900 };
  const state = after(
    { ...transcript({}), stages },
    started(),
    { ...delta(0, "Late"), stages },
    { type: "painted", key: "customer:0", ms: 12 },
    { type: "painted", key: "s1", ms: 7 },
  );
  expect(state.lines[0]).toMatchObject({ delay: { stages, paint: 12 } });
  expect(state.suggestions[0]?.delay).toEqual({ stages, paint: 7 });
});

test("later pieces leave the delay of the first", () => {
  const state = after(started(), { ...delta(0, "a"), stages: { engine: 5 } }, delta(1, "b"));
  expect(state.suggestions[0]?.delay?.stages).toEqual({ engine: 5 });
});
