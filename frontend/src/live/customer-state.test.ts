import { expect, test } from "vitest";

import { customerReducer, notCalling, type CustomerAction } from "./customer-state";

const after = (...actions: CustomerAction[]) => actions.reduce(customerReducer, notCalling);
const accepted = (now: number): CustomerAction => ({ type: "accepted", agentName: "Dana", now });

test("it rings, then one talks, counted from the first time it was said", () => {
  const talking = after({ type: "ringing", now: 1 }, accepted(9), accepted(50));
  expect(talking).toMatchObject({ phase: "talking", agentName: "Dana", since: 9 });
});

test("one who comes back has talked since the first time", () => {
  const talking = after({ type: "returning", since: 3 }, accepted(9));
  expect(talking).toMatchObject({ phase: "talking", since: 3 });
});

test("how it ended first is how it ended", () => {
  const over = after({ type: "ringing", now: 1 }, { type: "over", words: "Nobody answered." }, accepted(9));
  expect(customerReducer(over, { type: "over", words: "Closed." })).toMatchObject({
    phase: "over",
    words: "Nobody answered.",
  });
});

test("a call that could not be made leaves the form with the reason", () => {
  expect(after({ type: "opening" }, { type: "failed", words: "Blocked." })).toEqual({
    ...notCalling,
    words: "Blocked.",
  });
});
