// @vitest-environment jsdom
import { fireEvent, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { useKeys } from "./use-keys";

vi.stubGlobal("CSS", { escape: (key: string) => key }); // jsdom has none

test("a key that is held down presses once", () => {
  document.body.innerHTML = `<button data-key="m"></button>`;
  const muted = vi.fn();
  document.querySelector("button")?.addEventListener("click", muted);
  const help = vi.fn();
  renderHook(() => useKeys(help));
  for (const key of ["m", "?"]) {
    fireEvent.keyDown(document.body, { key });
    fireEvent.keyDown(document.body, { key, repeat: true });
  }
  expect([muted.mock.calls.length, help.mock.calls.length]).toEqual([1, 1]);
});
