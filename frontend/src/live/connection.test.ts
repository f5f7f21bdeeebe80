import { expect, test } from "vitest";

import { backOffMs } from "./connection";

test("clients cut off together do not return in step", () => {
  expect(backOffMs(1, () => 0)).toBe(100);
  expect(backOffMs(1, () => 0.999)).toBeCloseTo(200, 0);
  expect(backOffMs(100, () => 0)).toBe(2_500);
});
