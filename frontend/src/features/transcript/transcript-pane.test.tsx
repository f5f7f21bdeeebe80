// @vitest-environment jsdom
import { fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { callReducer, type CallAction } from "../../live/call-reducer";
import { noCall } from "../../live/call-state";
import { alert, gap, transcript } from "../../testing/events";
import { TranscriptPane } from "./transcript-pane";

function paneAfter(...events: CallAction[]) {
  const { lines, interim } = events.reduce(callReducer, noCall);
  return (
    <TranscriptPane
      lines={lines}
      interim={interim}
      marked={null}
      sought={null}
      running
      names={{ agent: "You", customer: "Ana" }}
    />
  );
}

const log = () => screen.getByRole("log");

/** jsdom lays nothing out, so the sizes of the scroller are given. */
function sized(scrollHeight: number, scrollTop: number): HTMLElement {
  const scroller = log().parentElement;
  if (scroller === null) throw new Error("the log stands in nothing");
  Object.defineProperties(scroller, {
    scrollHeight: { value: scrollHeight, configurable: true },
    clientHeight: { value: 400, configurable: true },
  });
  scroller.scrollTop = scrollTop;
  return scroller;
}

test("the log holds final words only; interim ones stand below it", () => {
  render(
    paneAfter(
      transcript({ text: "My order is late." }),
      transcript({ final: false, window: 1, start: 3, text: "and I want" }),
    ),
  );
  expect(within(log()).getByText("My order is late.")).toBeDefined();
  expect(within(log()).queryByText("and I want")).toBeNull();
  expect(screen.getByText("and I want")).toBeDefined();
});

test("a turn that goes on adds an element and leaves the one before, so that only the new is announced", () => {
  const { rerender } = render(paneAfter(transcript({ text: "My order" })));
  const before = screen.getByText("My order");
  rerender(
    paneAfter(
      transcript({ text: "My order" }),
      transcript({ window: 1, start: 2, end: 3, text: "is late." }),
    ),
  );
  expect(screen.getByText("My order")).toBe(before);
  expect(screen.getByText("is late.")).toBeDefined();
});

test("speakers are named, not only drawn", () => {
  render(paneAfter(transcript({}), transcript({ speaker: "agent", start: 3, end: 4, text: "I see." })));
  expect(within(log()).getByText("Ana")).toBeDefined();
  expect(within(log()).getByText("You")).toBeDefined();
});

test("spoken markup is text", () => {
  const { container } = render(paneAfter(transcript({ text: "<img src=x onerror=alert(1)>" })));
  expect(container.querySelector("img")).toBeNull();
  expect(log().textContent).toContain("<img src=x onerror=alert(1)>");
});

test("what nobody heard is a line at its place", () => {
  render(
    paneAfter(
      transcript({}),
      gap({ start: 2, end: 11 }),
      transcript({ start: 11, end: 12, window: 3, text: "Hello?" }),
    ),
  );
  expect(log().textContent).toMatch(/My order is late\..*9 s of Ana not heard.*Hello\?/);
});

test("what has no known second shows none, rather than that of the words before it", () => {
  const hold = {
    type: "hold",
    call_id: "c",
    speaker: "agent",
    on: true,
    at: "2026-11-23T10:15:04.120Z",
  } as const;
  render(paneAfter(transcript({ start: 0, end: 11 }), hold, alert({ window: 0, end: 11 })));
  expect(log().textContent).toContain("Customer on hold");
  expect(log().textContent.match(/0:11/g)).toHaveLength(1);
});

test("it follows the end only while the reader is there", () => {
  const { rerender } = render(paneAfter(transcript({})));
  const scroller = sized(1_000, 600);
  fireEvent.scroll(scroller);
  rerender(paneAfter(transcript({}), transcript({ window: 1, start: 9, end: 10 })));
  expect(scroller.scrollTop).toBe(1_000);

  scroller.scrollTop = 100;
  fireEvent.scroll(scroller);
  rerender(
    paneAfter(
      transcript({}),
      transcript({ window: 1, start: 9, end: 10 }),
      transcript({ window: 2, start: 19, end: 20 }),
    ),
  );
  expect(scroller.scrollTop).toBe(100);
  fireEvent.click(screen.getByRole("button", { name: "Jump to latest" }));
  expect(scroller.scrollTop).toBe(1_000);
  expect(screen.queryByRole("button", { name: "Jump to latest" })).toBeNull();
});

test("of a long call the last two hundred blocks are shown, earlier ones on demand", () => {
  const lines = Array.from({ length: 250 }, (_, n) =>
    transcript({ window: n, start: n * 10, end: n * 10 + 1, text: `Line ${n}.` }),
  );
  render(paneAfter(...lines));
  expect(screen.queryByText("Line 49.")).toBeNull();
  expect(screen.getByText("Line 50.")).toBeDefined();
  fireEvent.click(screen.getByRole("button", { name: "Show what was said before" }));
  expect(screen.getByText("Line 0.")).toBeDefined();
});
