import { expect, test } from "vitest";

import { LevelWatch } from "./level-watch";

test("ten seconds without a sound are worth a word, until there is one", () => {
  const watch = new LevelWatch();
  expect(watch.judge(0.2, 0)).toBeNull();
  expect(watch.judge(0.001, 9.9)).toBeNull();
  expect(watch.judge(0.001, 10)).toBe("silent");
  expect(watch.judge(0.2, 10.1)).toBeNull();
});

test("a microphone that never gave a sound is silent from its first frame", () => {
  const watch = new LevelWatch();
  watch.judge(0, 100);
  expect(watch.judge(0, 110)).toBe("silent");
});

test("one loud bang is no trouble, several within two seconds are", () => {
  const watch = new LevelWatch();
  expect(watch.judge(1, 0)).toBeNull();
  expect(watch.judge(1, 3)).toBeNull();
  expect(watch.judge(1, 3.5)).toBeNull();
  expect(watch.judge(1, 4)).toBe("clipping");
  expect(watch.judge(0.3, 6.5)).toBeNull();
});

test("silence counts anew after a mute", () => {
  const watch = new LevelWatch();
  watch.judge(0, 0);
  watch.reset();
  expect(watch.judge(0, 30)).toBeNull();
  expect(watch.judge(0, 40)).toBe("silent");
});
