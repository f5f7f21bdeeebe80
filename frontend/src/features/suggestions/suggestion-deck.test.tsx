// @vitest-environment jsdom
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { callReducer, type CallAction } from "../../live/call-reducer";
import { noCall } from "../../live/call-state";
import { delta, started, suggested } from "../../testing/events";
import { SuggestionDeck } from "./suggestion-deck";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const marks = vi.fn();
const retries = vi.fn();
const deckAfter = (...events: CallAction[]) => (
  <SuggestionDeck
    suggestions={events.reduce(callReducer, noCall).suggestions}
    onMark={marks}
    onShowTrigger={() => undefined}
    onRetry={retries}
  />
);
const sheet = () => screen.getByRole("article", { name: "Say next" });

const first = [started(), suggested({ message: "First." })];
const second = [...first, started({ suggestion_id: "s2" }), delta(0, "Second.", "s2")];

test("a card is busy while its words come, and announced once when it is whole", () => {
  const { rerender } = render(deckAfter(started(), delta(0, "Late orders")));
  expect(sheet().getAttribute("aria-busy")).toBe("true");
  expect(screen.getByRole("status").textContent).toBe("");
  rerender(deckAfter(started(), delta(0, "Late orders"), suggested()));
  expect(sheet().getAttribute("aria-busy")).toBe("false");
  expect(screen.getByRole("status").textContent).toBe("Say next: Late orders ship free.");
});

test("whatever the model writes is text", () => {
  const attack = `<img src=x onerror=alert(1)> <b>hi</b>`;
  const { container } = render(deckAfter(started({ trigger: attack }), suggested({ message: attack })));
  expect(container.querySelector("img, b")).toBeNull();
  expect(sheet().textContent).toContain(attack);
});

test("a mark in the text opens the source it names", () => {
  render(deckAfter(started(), suggested()));
  const source = screen.getByRole("group");
  expect(source.hasAttribute("open")).toBe(false);
  fireEvent.click(screen.getByRole("link", { name: "Source 1: Late delivery, Refunds" }));
  expect(source.hasAttribute("open")).toBe(true);
  expect(screen.getByRole("link", { name: "Read the whole policy" }).getAttribute("href")).toBe(
    "/policies/late-delivery#refunds",
  );
});

const elsewhere = [
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "javascript:alert(1)",
  "/\t/evil.example/",
];

test.each(elsewhere)("a source that leads elsewhere is named but not linked: %s", (url) => {
  const citation = { ref: 1, title: "T", section: "S", quote: "Q", url };
  render(deckAfter(started(), suggested({ citations: [citation] })));
  expect(screen.queryByRole("link", { name: "Read the whole policy" })).toBeNull();
});

test("a mark without a source stays a plain mark", () => {
  render(deckAfter(started(), suggested({ message: "Free [3].", citations: [] })));
  expect(sheet().textContent).toContain("[3]");
  expect(screen.queryByRole("link")).toBeNull();
});

test("look-ups are told in one line each", () => {
  const lookup = (tool: string, found: number): CallAction => ({
    type: "lookup",
    call_id: "c",
    suggestion_id: "s1",
    tool,
    arguments: {},
    found,
  });
  render(deckAfter(started(), lookup("lookup_orders", 2), lookup("lookup_tickets", 0), suggested()));
  expect(screen.getByText("Looked up orders: 2 found")).toBeDefined();
  expect(screen.getByText("Looked up tickets: nothing found")).toBeDefined();
});

test("newer words take the sheet, the older ones go below", () => {
  const { rerender } = render(deckAfter(...first));
  rerender(deckAfter(...second));
  expect(sheet().textContent).toContain("Second.");
  expect(screen.getByRole("region", { name: "Earlier" }).textContent).toContain("First.");
});

test("under a pointer about to press, the sheet stays for a moment", () => {
  const { rerender } = render(deckAfter(...first));
  fireEvent.pointerMove(screen.getByRole("button", { name: "Dismiss" }));
  rerender(deckAfter(...second));
  expect(sheet().textContent).toContain("First.");
  act(() => {
    vi.advanceTimersByTime(3_000);
  });
  expect(sheet().textContent).toContain("Second.");
});

test("used and dismiss are told to the server only once the suggestion is whole", () => {
  const { rerender } = render(deckAfter(started(), delta(0, "Late")));
  fireEvent.click(screen.getByRole("button", { name: "I used it" }));
  expect(marks).not.toHaveBeenCalled();
  rerender(deckAfter(started(), suggested()));
  fireEvent.click(screen.getByRole("button", { name: "I used it" }));
  expect(marks).toHaveBeenLastCalledWith("s1", { used: true });
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(marks).toHaveBeenLastCalledWith("s1", { dismissed: true });
});

test("a suggestion that came to nothing says why", () => {
  render(deckAfter(started(), suggested({ status: "failed", message: "The assistant did not answer." })));
  expect(screen.getByText("Nothing for “My order is late.”: The assistant did not answer.")).toBeDefined();
  expect(screen.queryByRole("article")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retries).toHaveBeenCalledWith(expect.objectContaining({ id: "s1" }));
});

test("an answer that came to nothing says why, waits no more, and can be asked for again", () => {
  const question = started({ window: null, trigger: "What is our refund window?", asked_by: "Dana" });
  const { rerender } = render(deckAfter(question));
  const answer = () => screen.getByRole("article", { name: "Answer" });
  expect(answer().textContent).toContain("Looking it up…");
  act(() => {
    vi.advanceTimersByTime(15_000);
  });
  expect(answer().textContent).toContain("takes longer than usual");
  rerender(deckAfter(question, suggested({ status: "failed", message: "The assistant did not answer." })));
  expect(answer().textContent).toContain("The assistant did not answer.");
  expect(answer().getAttribute("aria-busy")).toBe("false");
  fireEvent.click(screen.getByRole("button", { name: "Ask again" }));
  expect(retries).toHaveBeenLastCalledWith(
    expect.objectContaining({ trigger: "What is our refund window?" }),
  );
});

test("advice that stopped in the middle is not taken for whole", () => {
  render(deckAfter(started(), delta(0, "Late"), suggested({ status: "failed", message: "Late" })));
  expect(sheet().textContent).toContain("The assistant stopped in the middle. Check before you say it.");
});
