import { expect, test } from "vitest";

import { peakOf, toPcm16 } from "./pcm";

test("two channels are interleaved, little-endian, left first", () => {
  const pcm = toPcm16([Float32Array.of(0, 1), Float32Array.of(-1, 0.5)]);
  expect([...new Int16Array(pcm.buffer)]).toEqual([0, -32_767, 32_767, 16_384]);
  expect([...pcm.slice(2, 4)]).toEqual([0x01, 0x80]);
});

test("samples beyond full scale are cut off, never wrapped round", () => {
  const pcm = toPcm16([Float32Array.of(1.7, -3)]);
  expect([...new Int16Array(pcm.buffer)]).toEqual([32_767, -32_767]);
});

test("the peak is the loudest sample of either sign", () => {
  const pcm = toPcm16([Float32Array.of(0.1, -0.5, 0.25)]);
  expect(peakOf(pcm)).toBeCloseTo(0.5, 3);
  expect(peakOf(pcm.subarray(4))).toBeCloseTo(0.25, 3);
});
