import { expect, test } from "vitest";

import { RingBuffer } from "./ring-buffer";

const bytes = (...values: number[]) => Uint8Array.from(values);

function held(ring: RingBuffer, offset: number, limit = 100) {
  const read = ring.read(offset, limit);
  return read?.kind === "bytes" ? [...read.bytes] : read;
}

test("what was pushed is read back from any offset, across chunks", () => {
  const ring = new RingBuffer(100);
  ring.push(bytes(1, 2, 3));
  ring.push(bytes(4, 5));
  expect(held(ring, 0)).toEqual([1, 2, 3, 4, 5]);
  expect(held(ring, 2)).toEqual([3, 4, 5]);
  expect(held(ring, 1, 3)).toEqual([2, 3, 4]);
  expect(held(ring, 5)).toBeNull();
});

test("over capacity the oldest chunks leave, and reading them says where the held ones begin", () => {
  const ring = new RingBuffer(4);
  ring.push(bytes(1, 2));
  ring.push(bytes(3, 4));
  ring.push(bytes(5, 6));
  expect(held(ring, 0)).toEqual({ kind: "missing", to: 2 });
  expect(held(ring, 2)).toEqual([3, 4, 5, 6]);
});

test("skipped time is a hole between chunks, never joined over", () => {
  const ring = new RingBuffer(100);
  ring.push(bytes(1, 2));
  ring.skip(4);
  ring.push(bytes(3, 4));
  expect(held(ring, 0)).toEqual([1, 2]);
  expect(held(ring, 2)).toEqual({ kind: "missing", to: 6 });
  expect(held(ring, 6)).toEqual([3, 4]);
});

test("skipped time at the end is missing up to the end", () => {
  const ring = new RingBuffer(100);
  ring.push(bytes(1, 2));
  ring.skip(4);
  expect(held(ring, 2)).toEqual({ kind: "missing", to: 6 });
  expect(ring.end).toBe(6);
});

test("a shift moves the numbers, not the bytes", () => {
  const ring = new RingBuffer(100);
  ring.push(bytes(1, 2));
  ring.shift(10);
  ring.push(bytes(3, 4));
  expect(held(ring, 10)).toEqual([1, 2, 3, 4]);
});
