import { expect, test } from "vitest";

import { nobody, parsePersonMessage, personReducer, type CallGoingOn } from "./person-stream";

const call = (call_id: string, alerts = 0) => ({ call_id, alerts }) as CallGoingOn;

test("calls come, change in place, and go", () => {
  const two = personReducer(nobody, { type: "live_calls", calls: [call("a"), call("b")] });
  const changed = personReducer(two, { type: "live_call", call: call("b", 1) });
  expect(changed.live).toEqual([call("a"), call("b", 1)]);
  const third = personReducer(changed, { type: "live_call", call: call("c") });
  expect(third.live?.map(({ call_id }) => call_id)).toEqual(["c", "a", "b"]);
  expect(personReducer(third, { type: "call_over", call_id: "a" }).live).toEqual([call("c"), call("b", 1)]);
});

test("who rings is told whole each time", () => {
  const ringing = { call_id: "r", since: "", rings_until: "", customer: null, name: "Ana" };
  const state = personReducer(nobody, { type: "ringing", calls: [ringing], unanswered: [] });
  expect([state.ringing, state.unanswered]).toEqual([[ringing], []]);
  const later = personReducer(state, { type: "ringing", calls: [], unanswered: [ringing] });
  expect([later.ringing, later.unanswered]).toEqual([[], [ringing]]);
});

test("who is signed out is so until the server tells something again", () => {
  const out = personReducer(personReducer(nobody, { type: "connected", connected: false }), {
    type: "signed_out",
  });
  expect(personReducer(out, { type: "connected", connected: false }).signedOut).toBe(true);
  expect(personReducer(out, { type: "connected", connected: true }).signedOut).toBe(false);
});

test("what this build does not know is nothing", () => {
  expect(parsePersonMessage('{"type":"weather"}')).toBeNull();
  expect(parsePersonMessage("7")).toBeNull();
});
