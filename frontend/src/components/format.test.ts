import { expect, test } from "vitest";

import { day, duration, money, word } from "./format";

test.each([
  [0, "0:00"],
  [7.9, "0:07"],
  [754, "12:34"],
  [3_723, "1:02:03"],
  [-1, "0:00"],
])("%d seconds are written %s", (seconds, written) => {
  expect(duration(seconds)).toBe(written);
});

test("money keeps every digit of its decimal string", () => {
  expect(money("1240.5")).toBe("$1,240.50");
  expect(money("9007199254740993.01")).toBe("$9,007,199,254,740,993.01");
});

test("days and closed values are written for people", () => {
  expect(day("2026-03-03T12:00:00Z")).toBe("3 Mar 2026");
  expect(word("wrap_up")).toBe("Wrap up");
});
