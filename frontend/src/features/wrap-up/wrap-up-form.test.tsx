// @vitest-environment jsdom
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { forgetDrafts } from "./kept-draft";
import { WrapUpForm, type WrapUpFormProps } from "./wrap-up-form";

const answers = vi.fn<() => Promise<Response>>();
const asked = vi.fn();
const completed = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  sessionStorage.clear();
  answers.mockImplementation(() => Promise.resolve(Response.json({})));
  vi.stubGlobal("fetch", (path: string, { method, body }: { method: string; body?: string }) => {
    asked(body === undefined ? `${method} ${path}` : JSON.parse(body));
    return answers();
  });
});
afterEach(() => vi.useRealTimers());

const form = (fields: Partial<WrapUpFormProps> = {}) => (
  <WrapUpForm
    callId="c"
    summary={null}
    summaryWords={null}
    summaryFailure={null}
    sentiment={null}
    disposition={null}
    followUps={[]}
    edited={[]}
    completeWords="Complete"
    onCompleted={completed}
    onLater={null}
    {...fields}
  />
);
const summary = () => screen.getByLabelText<HTMLTextAreaElement>("Summary");
const settle = () => act(() => Promise.resolve());

test("what the assistant writes fills the field, and nothing is sent for it", () => {
  const { rerender } = render(form());
  rerender(form({ summary: "A table came late." }));
  expect(summary().value).toBe("A table came late.");
  fireEvent.blur(summary());
  expect(asked).not.toHaveBeenCalled();
});

test("what a person wrote stands, whatever the assistant sends later", async () => {
  const { rerender } = render(form());
  fireEvent.change(summary(), { target: { value: "Mine." } });
  rerender(form({ summary: "The assistant's." }));
  expect(summary().value).toBe("Mine.");
  fireEvent.blur(summary());
  await settle();
  expect(asked).toHaveBeenLastCalledWith({ summary: "Mine." });
});

test("what could not be saved is said, kept, and sent with the next", async () => {
  answers.mockImplementationOnce(() => Promise.resolve(Response.json({ detail: "Away." }, { status: 503 })));
  render(form());
  fireEvent.change(screen.getByLabelText("Outcome"), { target: { value: "resolved" } });
  await settle();
  expect(screen.getByRole("alert").textContent).toBe("Not saved. Away.");
  fireEvent.change(screen.getByLabelText("Customer's mood"), { target: { value: "negative" } });
  await settle();
  expect(asked).toHaveBeenLastCalledWith({ disposition: "resolved", sentiment: "negative" });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("completing sends what was typed and goes on only when it is saved", async () => {
  answers.mockImplementationOnce(() => Promise.reject(new Error("no network")));
  render(form());
  fireEvent.click(screen.getByRole("button", { name: "Add a follow-up" }));
  fireEvent.change(screen.getByLabelText("What is to be done"), { target: { value: "Call back" } });
  fireEvent.click(screen.getByRole("button", { name: "Complete" }));
  await settle();
  expect(completed).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Complete" }));
  await settle();
  const follow_ups = [{ text: "Call back", due: null, done: false }];
  expect(asked).toHaveBeenLastCalledWith({ follow_ups, completed: true });
  expect(completed).toHaveBeenCalledOnce();
});

test("a follow-up that was added is what is typed into, and none that was there before", () => {
  render(form({ followUps: [{ text: "Call back", due: null, done: false }] }));
  expect(document.activeElement).toBe(document.body);
  fireEvent.click(screen.getByRole("button", { name: "Add a follow-up" }));
  expect(document.activeElement).toBe(screen.getAllByLabelText("What is to be done")[1]);
});

test("a summary that was given up says why, and is asked for until it is there", async () => {
  vi.useFakeTimers();
  const answer = (summary: string | null, summary_failure: string | null) =>
    answers.mockImplementationOnce(() => Promise.resolve(Response.json({ summary, summary_failure })));
  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
  render(form({ summaryFailure: "400 too_long" }));
  screen.getByText("The assistant could not write a summary (400 too_long). Write it by hand, or ask again.");

  answer(null, null);
  fireEvent.click(screen.getByRole("button", { name: "Ask again" }));
  expect(asked).toHaveBeenLastCalledWith("POST /api/calls/c/summary");
  screen.getByText("The assistant is asked again; the summary comes by itself.");
  expect(screen.queryByRole("button", { name: "Ask again" })).toBeNull();
  answer(null, null);
  await wait(2_000);
  expect(asked).toHaveBeenLastCalledWith("GET /api/calls/c");
  answer(null, "400 once_more");
  await wait(2_000);
  screen.getByText(/could not write a summary \(400 once_more\)/);

  answer("A table came late.", null);
  fireEvent.click(screen.getByRole("button", { name: "Ask again" }));
  await wait(0);
  expect(summary().value).toBe("A table came late.");
  expect(screen.queryByRole("button", { name: "Ask again" })).toBeNull();
  fireEvent.blur(summary());
  expect(asked).toHaveBeenCalledTimes(4);
});

test("when asking again fails, the page says so and can ask once more", async () => {
  answers.mockImplementationOnce(() => Promise.reject(new Error("no network")));
  render(form({ summaryFailure: "400" }));
  fireEvent.click(screen.getByRole("button", { name: "Ask again" }));
  await settle();
  screen.getByText("The server cannot be reached. Check the network and try again.");
  screen.getByRole("button", { name: "Ask again" });
});

test("who writes a given up summary by hand is not asked to ask again", () => {
  render(form({ summaryFailure: "400" }));
  fireEvent.change(summary(), { target: { value: "Mine." } });
  screen.getByText("Yours: the assistant leaves it alone.");
  expect(screen.queryByRole("button", { name: "Ask again" })).toBeNull();
});

test("what was typed and not saved is there again after a reload, and leaves with the next save", async () => {
  const { unmount } = render(form({ summary: "A table came late." }));
  fireEvent.change(summary(), { target: { value: "A table came late. Sent again." } });
  fireEvent.click(screen.getByRole("button", { name: "Add a follow-up" }));
  fireEvent.change(screen.getByLabelText("What is to be done"), { target: { value: "Call back" } });
  unmount();

  const again = render(form({ summary: "A table came late, they say." }));
  expect(summary().value).toBe("A table came late. Sent again.");
  expect(screen.getByRole("status").textContent).toBe("As you left it; not saved yet.");
  fireEvent.change(screen.getByLabelText("Outcome"), { target: { value: "resolved" } });
  await settle();
  expect(asked).toHaveBeenLastCalledWith({
    summary: "A table came late. Sent again.",
    follow_ups: [{ text: "Call back", due: null, done: false }],
    disposition: "resolved",
  });
  again.unmount();
  render(form({ summary: "As it was saved." }));
  expect(summary().value).toBe("As it was saved.");
});

test("what was typed of one call is not given to another, nor to who signs in next", () => {
  const { unmount } = render(form());
  fireEvent.change(summary(), { target: { value: "Mine." } });
  unmount();
  const other = render(form({ callId: "d" }));
  expect(summary().value).toBe("");
  other.unmount();
  forgetDrafts();
  render(form());
  expect(summary().value).toBe("");
});

describe("what somebody saved since", () => {
  const saved = { summary: "A supervisor's.", edited: ["summary"] };
  const overtakenByASave = () => {
    const { unmount } = render(form({ summary: "The assistant's." }));
    fireEvent.change(summary(), { target: { value: "Mine." } });
    unmount();
    return render(form(saved));
  };
  const choose = async (name: string) => {
    fireEvent.click(screen.getByRole("button", { name }));
    await settle();
  };

  test("stands, and what was typed before is offered beside it, until it is chosen", async () => {
    overtakenByASave().unmount();
    render(form(saved));
    expect(summary().value).toBe("A supervisor's.");
    expect(screen.getByRole("alert").textContent).toContain("Summary: Mine.");
    fireEvent.blur(summary());
    expect(asked).not.toHaveBeenCalled();

    await choose("Save mine instead");
    expect(summary().value).toBe("Mine.");
    expect(asked).toHaveBeenLastCalledWith({ summary: "Mine." });
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test.each(["Leave it as saved", "Complete"])("stands for good after %s", async (name) => {
    const { unmount } = overtakenByASave();
    await choose(name);
    expect(screen.queryByRole("alert")).toBeNull();
    unmount();
    render(form(saved));
    expect(screen.queryByRole("alert")).toBeNull();
    expect(asked).not.toHaveBeenCalledWith(expect.objectContaining({ summary: "Mine." }));
  });
});

test("what was typed while a save was on its way is kept, and not taken for somebody else's", async () => {
  let answer: (response: Response) => void = () => undefined;
  answers.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  const { unmount } = render(form());
  fireEvent.change(summary(), { target: { value: "Mine." } });
  fireEvent.blur(summary());
  await settle();
  fireEvent.change(summary(), { target: { value: "Mine. And more." } });
  fireEvent.blur(summary());
  await settle();
  expect(asked.mock.calls).toEqual([[{ summary: "Mine." }]]); // the next waits, lest it be overtaken
  answers.mockImplementationOnce(() => Promise.reject(new Error("no network")));
  answer(Response.json({}));
  await settle();
  expect(asked).toHaveBeenLastCalledWith({ summary: "Mine. And more." });
  unmount();
  render(form({ summary: "Mine.", edited: ["summary"] }));
  expect(summary().value).toBe("Mine. And more.");
  expect(screen.queryByRole("alert")).toBeNull();
});
