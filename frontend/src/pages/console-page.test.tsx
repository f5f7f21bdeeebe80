// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { callReducer, type CallAction } from "../live/call-reducer";
import { noCall, type CallState } from "../live/call-state";
import { LevelStore } from "../live/level-store";
import type { CallControls } from "../live/use-call";
import { alert, delta, gap, note, started, suggested, transcript } from "../testing/events";
import { ConsolePage } from "./console-page";

const ignored = () => undefined;
const controls: CallControls = {
  talk: ignored,
  simulate: ignored,
  accept: ignored,
  goOn: ignored,
  setHold: ignored,
  ask: () => Promise.resolve(),
  retry: ignored,
  seen: ignored,
  setMuted: ignored,
  hangUp: ignored,
  resume: ignored,
  leave: ignored,
  mark: ignored,
};
const level = new LevelStore();
const page = (state: CallState) => <ConsolePage call={{ state, level, controls }} />;

const open: CallAction[] = [
  { type: "opening", source: { kind: "microphone", title: "Ana", accountNumber: null } },
  { type: "opened", call_id: "c", begun_at: null },
];
const arriving: CallAction[] = [
  transcript({ final: false, text: "My order" }),
  transcript({}),
  started(),
  delta(0, "Late orders"),
  delta(11, " ship free [1]."),
  suggested(),
  gap({ start: 2, end: 5 }),
  alert(),
  note(),
  started({ suggestion_id: "q", trigger: "What is the window?", window: null, asked_by: "Dana" }),
  delta(0, "Thirty days.", "q"),
  suggested({ suggestion_id: "q", message: "Thirty days." }),
  { type: "status", call_id: "c", part: "recogniser", state: "behind", message: "It is 12 s behind." },
];

/** The state after each of `actions`, each on top of those before. */
function statesOf(actions: CallAction[]): CallState[] {
  const states = [open.reduce(callReducer, noCall)];
  for (const action of actions) states.push(callReducer(states.at(-1) ?? noCall, action));
  return states;
}

/** All text that a screen reader is told of when it changes. */
function announced(): string {
  const live = document.querySelectorAll("[role=log], [role=status], [role=alert], [aria-live=polite]");
  const outermost = [...live].filter((each) => !each.parentElement?.closest("[role=log], [role=alert]"));
  return outermost.map((each) => each.textContent).join("\n");
}

test("whatever arrives, the focus stays where the agent put it", () => {
  const [first = noCall, ...later] = statesOf(arriving);
  const { rerender } = render(page(first));
  const ask = screen.getByLabelText("Ask the assistant");
  ask.focus();
  for (const state of later) {
    rerender(page(state));
    expect(document.activeElement).toBe(ask);
  }
});

test("after the call all that was offered stands under the wrap-up, answers to questions too", () => {
  const over = { type: "call_ended", call_id: "c", duration_seconds: 9, status: "wrap_up" } as const;
  render(page([...open, ...arriving, over].reduce(callReducer, noCall)));
  const offered = screen.getByRole("region", { name: "Suggestions in this call" });
  expect(screen.getByText(/of 2 suggestions used/)).toBeDefined();
  expect(offered.textContent).toContain("Late orders");
  expect(offered.textContent).toContain("Thirty days.");
});

test("words that may still change are not announced; a card that streams is, once it is whole", () => {
  const [first = noCall, ...later] = statesOf(arriving);
  const { rerender } = render(page(first));
  const told = later.map((state) => {
    rerender(page(state));
    return announced();
  });
  const from = (words: string) => told.findIndex((text) => text.includes(words));
  expect([from("My order is late."), from("Late orders ship free"), from("The answer is complete.")]).toEqual(
    [1, 5, 11],
  );
  expect(told.at(-1)?.split("Late orders ship free")).toHaveLength(2);
});
