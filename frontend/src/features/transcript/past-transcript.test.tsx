// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { callReducer } from "../../live/call-reducer";
import { noCall } from "../../live/call-state";
import { transcript } from "../../testing/events";
import { PastTranscript } from "./past-transcript";

const { lines } = [
  transcript({ text: "my order is late", start: 8, end: 12 }),
  transcript({ speaker: "agent", window: 1, text: "<b>I see</b>", start: 14, end: 15 }),
].reduce(callReducer, noCall);
const hear = vi.fn();
const pane = (second: number | null) => (
  <PastTranscript
    lines={lines}
    names={{ agent: "Dana", customer: "Ana" }}
    second={second}
    opened={null}
    onHear={hear}
  />
);

test("the word being heard is marked, and no other", () => {
  const { container, rerender } = render(pane(null));
  expect(container.querySelector("mark")).toBeNull();
  rerender(pane(10));
  expect([...container.querySelectorAll("mark")].map(({ textContent }) => textContent)).toEqual(["order"]);
  rerender(pane(13));
  expect(container.querySelector("mark")).toBeNull();
});

test("a turn's time leads to its sound without a mouse", () => {
  render(pane(null));
  fireEvent.click(screen.getByRole("button", { name: "Hear from 0:08" }));
  expect(hear).toHaveBeenLastCalledWith(8);
});

test("speakers have their names and spoken markup is text", () => {
  const { container } = render(pane(14.5));
  expect(screen.getByText("Dana")).toBeDefined();
  expect(container.querySelector("b")).toBeNull();
});
