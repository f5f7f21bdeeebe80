import { describe, expect, test } from "vitest";

import { ana, call_id, delta, gap, started, suggested, transcript } from "../testing/events";
import { callReducer, type CallAction } from "./call-reducer";
import { noCall, type CallState } from "./call-state";
import type { Connection } from "./connection";
import { secondsNotHeard, toEntries } from "./transcript-state";
import { sayAloud, toDeck } from "./suggestion-state";

const after = (actions: CallAction[], state: CallState = noCall) => actions.reduce(callReducer, state);

const callStarted = (last_event_id: number): CallAction => ({
  type: "call_started",
  call_id,
  protocol: 1,
  epoch: 2,
  resumed: true,
  speakers: ["agent", "customer"],
  received_bytes: 0,
  last_event_id,
});

const rewind = (last_event_id: number): CallAction => ({ type: "rewind", call_id, last_event_id });

const connected = (connection: Connection, now = 0) =>
  ({ type: "connection_changed", connection, now }) as const;

/** A whole small call, as its record tells it. */
const record: CallAction[] = [
  { type: "customer", call_id, customer: ana },
  transcript({ text: "My order is late." }),
  started(),
  { type: "lookup", call_id, suggestion_id: "s1", tool: "lookup_orders", arguments: {}, found: 2 },
  suggested(),
  gap({}),
  transcript({ speaker: "agent", text: "I see it.", start: 12, end: 13, window: 1 }),
  { type: "call_ended", call_id, duration_seconds: 14, status: "completed" },
  { type: "sentiment", call_id, label: "neutral", score: 0.1, at: 14 },
  { type: "summary", call_id, summary: "Order late.", sentiment: { label: "neutral", score: 0.1 } },
].map((event, index) => ({ ...event, id: index + 1 }) as CallAction);

describe("the record", () => {
  test("told twice it shows everything once", () => {
    expect(after([...record, ...record])).toEqual(after(record));
  });

  test("a repeat of any tail changes nothing", () => {
    const whole = after(record);
    for (let from = 0; from < record.length; from++) expect(after(record.slice(from), whole)).toEqual(whole);
  });

  test("a usual resume forgets nothing", () => {
    const before = after(record);
    expect(after([callStarted(record.length)], before)).toEqual(before);
  });

  test.each([
    ["where the server's record is shorter", callStarted(2)],
    ["where a follower of the record is led back", rewind(2)],
  ])("%s, what came after is forgotten and told anew", (_, shorter) => {
    const before = after([connected({ kind: "live" }, 5), ...record]);
    const back = after([shorter], before);
    expect(back).toEqual(after([connected({ kind: "live" }, 5), ...record.slice(0, 2)]));
    const anew = { ...transcript({ text: "Hello?", start: 20, window: 9 }), id: 3 };
    expect(after([anew], back).lines.map((line) => line.kind === "words" && line.text)).toEqual([
      "My order is late.",
      "Hello?",
    ]);
  });
});

describe("the transcript", () => {
  test("final words take the place of the interim ones they grew from", () => {
    const open = after([
      transcript({ final: false, text: "my or" }),
      transcript({ final: false, text: "my order" }),
    ]);
    expect(open.interim.customer?.text).toBe("my order");
    expect(open.lines).toEqual([]);
    const done = after([transcript({})], open);
    expect(done.interim).toEqual({});
    expect(done.lines).toHaveLength(1);
  });

  test("interim words of one speaker leave the other's alone", () => {
    const state = after([
      transcript({ final: false, text: "so I", window: 4 }),
      transcript({ speaker: "agent", text: "Right.", window: 4 }),
    ]);
    expect(state.interim).toEqual({ customer: { window: 4, start: 0, text: "so I" } });
  });

  test("interim words that come after their final are too late", () => {
    const state = after([transcript({ window: 3 }), transcript({ final: false, window: 3, text: "my" })]);
    expect(state.interim).toEqual({});
  });

  test("a final of an earlier window leaves the words of the open one", () => {
    const state = after([transcript({ final: false, window: 5, text: "and" }), transcript({ window: 4 })]);
    expect(state.interim.customer?.text).toBe("and");
  });

  test("empty interim words take back what was shown, and an empty final shows nothing", () => {
    const open = transcript({ final: false, window: 5, text: "uh" });
    expect(after([open, { ...open, text: "" }]).interim).toEqual({});
    const state = after([open, transcript({ window: 5, text: "" })]);
    expect([state.interim, state.lines]).toEqual([{}, []]);
  });

  test("words away from the server do not stay as if they were still coming", () => {
    const state = after([
      transcript({ final: false, text: "so" }),
      connected({ kind: "reconnecting", attempt: 1, since: 0 }),
    ]);
    expect(state.interim).toEqual({});
  });

  test("a late window comes in by its start", () => {
    const { lines } = after([
      transcript({ start: 0, window: 0, text: "one" }),
      transcript({ start: 10, window: 2, text: "three" }),
      transcript({ start: 5, window: 1, text: "two" }),
    ]);
    expect(lines.map((line) => line.kind === "words" && line.text)).toEqual(["one", "two", "three"]);
  });

  test("windows with little silence between are one turn, the other speaker or a gap ends it", () => {
    const { lines } = after([
      transcript({ start: 0, end: 5, window: 0, text: "My order" }),
      transcript({ start: 6.4, end: 8, window: 1, text: "is late." }),
      transcript({ start: 9.6, end: 11, window: 2, text: "Very." }),
      transcript({ start: 11.2, end: 12, window: 2, speaker: "agent", text: "Sorry." }),
      gap({ start: 12, end: 21 }),
      transcript({ start: 21, end: 22, window: 4, speaker: "agent", text: "Hello?" }),
    ]);
    expect(
      toEntries(lines).map((entry) =>
        entry.kind === "turn" ? entry.parts.map(({ text }) => text).join(" ") : "gap",
      ),
    ).toEqual(["My order is late.", "Very.", "Sorry.", "gap", "Hello?"]);
    expect(toEntries(lines)[0]).toMatchObject({ parts: [{ window: 0 }, { window: 1 }], start: 0, end: 8 });
  });

  test("words that were heard after all take the place of their speaker's gap", () => {
    const { lines } = after([
      gap({ start: 2, end: 4 }),
      gap({ speaker: "agent", start: 2, end: 4 }),
      transcript({ window: 1, start: 2.1, end: 4, text: "It is broken." }),
    ]);
    expect(lines).toMatchObject([
      { kind: "gap", speaker: "agent" },
      { kind: "words", text: "It is broken." },
    ]);
  });

  test("a gap on both legs is one line and counts once", () => {
    const { lines } = after([gap({ speaker: "agent" }), gap({}), gap({ start: 30, end: 31.5 })]);
    expect(toEntries(lines)).toMatchObject([
      { kind: "gap", speaker: null },
      { kind: "gap", speaker: "customer" },
    ]);
    expect(secondsNotHeard(lines)).toBe(10.5);
  });

  test("grouping leaves the lines themselves untouched", () => {
    const { lines } = after([transcript({ window: 0 }), transcript({ start: 2, end: 3, window: 1 })]);
    const before = structuredClone(lines);
    toEntries(lines);
    expect(lines).toEqual(before);
  });
});

describe("a suggestion", () => {
  test("grows by its deltas and ends as the server says", () => {
    const growing = after([started(), delta(0, "Late orders"), delta(11, " ship")]);
    expect(growing.suggestions[0]).toMatchObject({
      message: "Late orders ship",
      status: "streaming",
      type: null,
    });
    const done = after([suggested()], growing);
    expect(done.suggestions[0]).toMatchObject({ message: "Late orders ship free [1].", type: "policy" });
  });

  test("starts over when a retry begins at 0", () => {
    const state = after([started(), delta(0, "Late ord"), delta(0, "Refunds"), delta(7, " take")]);
    expect(state.suggestions[0]?.message).toBe("Refunds take");
  });

  test("told the same piece twice shows it once", () => {
    const state = after([started(), delta(0, "Late "), delta(5, "orders"), delta(5, "orders")]);
    expect(state.suggestions[0]?.message).toBe("Late orders");
  });

  test("counts characters as the server does, not in UTF-16 units", () => {
    const state = after([started(), delta(0, "👍 yes"), delta(5, ", ship")]);
    expect(state.suggestions[0]?.message).toBe("👍 yes, ship");
  });

  test("with a piece missing waits for the whole", () => {
    const state = after([started(), delta(0, "Late"), delta(9, "free")]);
    expect(state.suggestions[0]?.message).toBe("Late");
    expect(after([suggested()], state).suggestions[0]?.message).toBe("Late orders ship free [1].");
  });

  test("is not written on once it has ended", () => {
    const state = after([started(), suggested(), delta(0, "Late")]);
    expect(state.suggestions[0]?.message).toBe("Late orders ship free [1].");
  });

  test("is bound to the turn that caused it", () => {
    const state = after([started({ window: 3, trigger: "Where is it?" })]);
    expect(state.suggestions[0]).toMatchObject({ window: 3, speaker: "customer", trigger: "Where is it?" });
  });

  test("that failed before its first word has a reason and no advice", () => {
    const state = after([
      started(),
      suggested({ status: "failed", message: "The assistant did not answer." }),
    ]);
    expect(state.suggestions[0]).toMatchObject({ message: "", failure: "The assistant did not answer." });
  });

  test("that failed midway keeps what was shown", () => {
    const state = after([started(), delta(0, "Late"), suggested({ status: "failed", message: "Late" })]);
    expect(state.suggestions[0]).toMatchObject({ message: "Late", failure: null, status: "failed" });
  });

  test("keeps its mark when it is used or dismissed", () => {
    const state = after([
      started(),
      { type: "suggestion_marked", suggestion_id: "s1", mark: { used: true } },
      { type: "suggestion_marked", suggestion_id: "nobody", mark: { used: true } },
    ]);
    expect(state.suggestions).toMatchObject([{ used: true, dismissed: false }]);
  });
});

test("a mark that could not be saved is taken back, and said", () => {
  const marked = { suggestion_id: "s1", mark: { dismissed: true } };
  const state = after([
    started(),
    { type: "suggestion_marked", ...marked },
    { type: "mark_failed", ...marked, message: "Gone." },
  ]);
  expect(state.suggestions[0]?.dismissed).toBe(false);
  expect(state.refused?.message).toBe("That was not saved. Gone.");
});

describe("the deck", () => {
  const second = { suggestion_id: "s2", trigger: "And a refund?" };

  test("keeps the words being read until the next suggestion has some", () => {
    const state = after([started(), suggested(), started(second)]);
    const waiting = toDeck(state.suggestions);
    expect([waiting.current?.id, waiting.coming?.id]).toEqual(["s1", "s2"]);
    const next = toDeck(after([delta(0, "Yes", "s2")], state).suggestions);
    expect([next.current?.id, next.coming, next.earlier.map(({ id }) => id)]).toEqual(["s2", null, ["s1"]]);
  });

  test("never shows one that was overtaken before its first word", () => {
    const state = after([
      started(),
      suggested({ status: "superseded", message: "" }),
      started(second),
      suggested({ ...second, message: "Yes." }),
    ]);
    expect(toDeck(state.suggestions)).toMatchObject({ current: { id: "s2" }, earlier: [] });
  });

  test("does not bring older advice back when the newest is dismissed", () => {
    const state = after([
      started(),
      suggested(),
      started(second),
      suggested({ ...second }),
      { type: "suggestion_marked", suggestion_id: "s2", mark: { dismissed: true } },
    ]);
    const deck = toDeck(state.suggestions);
    expect(deck.current).toBeNull();
    expect(deck.earlier.map(({ id }) => id)).toEqual(["s2", "s1"]);
  });

  test("says that the newest failed and leaves the words before it", () => {
    const state = after([
      started(),
      suggested(),
      started(second),
      suggested({ ...second, status: "failed", message: "No." }),
    ]);
    expect(toDeck(state.suggestions)).toMatchObject({
      current: { id: "s1" },
      failed: { id: "s2", failure: "No." },
    });
  });

  const long = "We are very sorry. [2] " + "And we will do a great deal about it. ".repeat(6);
  test.each([
    ["I will check that", "I will check that", ""],
    [
      "It is late. We trace it [1].\nORD-1, $24.50\nshipped",
      "It is late. We trace it [1].",
      "ORD-1, $24.50\nshipped",
    ],
    [long, "We are very sorry. [2]", long.slice(23).trim()],
    [`${long}\nORD-1`, "We are very sorry. [2]", `${long.slice(23)}\nORD-1`],
    ["\n", "", ""],
  ])("reads %j aloud as %j", (message, aloud, rest) => {
    expect(sayAloud(message)).toEqual([aloud, rest]);
  });
});

describe("the call", () => {
  test("starts its timer when the server first takes it, not on every return", () => {
    const state = after([
      connected({ kind: "connecting", attempt: 1 }, 1_000),
      connected({ kind: "live" }, 2_000),
      connected({ kind: "reconnecting", attempt: 1, since: 3_000 }, 3_000),
      connected({ kind: "live" }, 9_000),
    ]);
    expect(state.startedAt).toBe(2_000);
  });

  test("goes on without a profile when nobody has that account number", () => {
    const error = {
      type: "error",
      call_id,
      code: "unknown_customer",
      message: "No such customer.",
      fatal: false,
    } as const;
    expect(after([error])).toMatchObject({ customerUnknown: true, refused: null });
  });

  test("says what the server refused; a fatal refusal is left to the close that follows", () => {
    const error = { type: "error", call_id, code: "unknown_type", message: "What?", fatal: false } as const;
    expect(after([error]).refused).toEqual({ code: "unknown_type", message: "What?" });
    expect(after([{ ...error, fatal: true }]).refused).toBeNull();
  });

  test("a part in trouble is listed once, by its latest words, until it is ok", () => {
    const status = (part: string, state: string, message = "") =>
      ({ type: "status", call_id, part, state, message }) as const;
    const down = after([
      status("assistant", "down", "Slow."),
      status("storage", "down"),
      status("assistant", "down", "Gone."),
    ]);
    expect(down.parts.map(({ part, message }) => [part, message])).toEqual([
      ["storage", ""],
      ["assistant", "Gone."],
    ]);
    expect(after([status("assistant", "ok")], down).parts.map(({ part }) => part)).toEqual(["storage"]);
  });

  test("what parts said before a cut is not said after it", () => {
    const state = after([
      { type: "status", call_id, part: "assistant", state: "down", message: "Gone." },
      connected({ kind: "reconnecting", attempt: 1, since: 0 }),
      connected({ kind: "live" }),
    ]);
    expect(state.parts).toEqual([]);
  });

  test("ends with its length, its sentiment and its summary, with no word left hanging", () => {
    const state = after([
      transcript({ final: false, text: "bye" }),
      { type: "call_ended", call_id, duration_seconds: 61.4, status: "completed" },
      { type: "sentiment", call_id, label: "negative", score: -0.4, at: "2026-11-23T10:15:04.120Z" },
      { type: "summary", call_id, summary: "Order late.", sentiment: null },
    ]);
    expect(state).toMatchObject({
      ended: { durationSeconds: 61.4, status: "completed" },
      sentiments: [{ label: "negative", score: -0.4 }],
      summary: { text: "Order late.", failure: null },
      interim: {},
    });
  });

  test("an empty summary is one that was given up, and says why", () => {
    const givenUp = { type: "summary", call_id, summary: "", sentiment: null, failure: "400" } as const;
    expect(after([givenUp]).summary).toEqual({ text: null, failure: "400" });
  });
});

describe("opening", () => {
  const microphone = { kind: "microphone", title: "Ana Ruiz", accountNumber: "ACC00007" } as const;
  const sample = { kind: "sample", title: "Late order", accountNumber: "ACC00001" } as const;

  test("a call that could not be opened leaves words and nothing else", () => {
    const state = after([
      { type: "opening", source: microphone },
      { type: "open_failed", message: "The microphone is blocked." },
    ]);
    expect(state).toEqual({ ...noCall, openFailure: "The microphone is blocked." });
  });

  test("a new call begins with nothing of the one before", () => {
    const state = after([...record, { type: "opening", source: sample }]);
    expect(state).toEqual({ ...noCall, phase: "opening", source: sample });
  });

  test("a muted microphone is not told off for its silence", () => {
    const state = after([
      { type: "microphone", trouble: "silent" },
      { type: "muted", muted: true },
    ]);
    expect(state).toMatchObject({ muted: true, microphone: null });
  });
});
