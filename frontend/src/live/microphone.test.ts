// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";

import { AudioUnavailable } from "./audio-source";
import { openMicrophone } from "./microphone";

afterEach(() => vi.unstubAllGlobals());

const refusing = (name: string) => ({
  mediaDevices: { getUserMedia: () => Promise.reject(new DOMException("", name)) },
});

test.each([
  ["blocked", refusing("NotAllowedError"), /^The microphone is blocked for this page\. Allow it/],
  ["missing", refusing("NotFoundError"), /^No microphone was found\. Plug one in/],
  ["in use", refusing("NotReadableError"), /^The microphone could not be opened\. Another program/],
  ["not given to this page", {}, /only to pages on https or localhost/],
])("a microphone that is %s is said in words", async (_what, navigator, words) => {
  vi.stubGlobal("navigator", navigator);
  const opening = openMicrophone();
  await expect(opening).rejects.toBeInstanceOf(AudioUnavailable);
  await expect(opening).rejects.toThrow(words);
});
