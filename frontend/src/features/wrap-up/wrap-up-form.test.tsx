// @vitest-environment jsdom
import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { WrapUpForm, type WrapUpFormProps } from "./wrap-up-form";

const answers = vi.fn<() => Promise<Response>>();
const asked = vi.fn();
const completed = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  answers.mockImplementation(() => Promise.resolve(Response.json({})));
  vi.stubGlobal("fetch", (_path: string, { body }: { body: string }) => {
    asked(JSON.parse(body));
    return answers();
  });
});

const form = (fields: Partial<WrapUpFormProps> = {}) => (
  <WrapUpForm
    callId="c"
    summary={null}
    summaryWords={null}
    sentiment={null}
    disposition={null}
    followUps={[]}
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
