// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { noCall } from "../../live/call-state";
import { keptCall } from "../../live/kept-call";
import { StartCall } from "./start-call";

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json([])));
});

test("the way back into a call is shown once, and apart from what went wrong", () => {
  const source = { kind: "microphone", title: "Dana", accountNumber: null } as const;
  keptCall.set({ callId: "6f2", source, begunAt: 0, muted: false, ended: false });
  const call = { ...noCall, openFailure: "The microphone is blocked." };
  render(<StartCall call={call} onSimulate={vi.fn()} onTalk={vi.fn()} onGoOn={vi.fn()} />);
  expect(screen.getAllByRole("region", { name: "Your call" })).toHaveLength(1);
  expect(screen.getByRole("alert").textContent).toBe("The microphone is blocked.");
});
