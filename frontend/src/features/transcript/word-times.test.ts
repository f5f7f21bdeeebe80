import { expect, test } from "vitest";

import { placeOfWord, secondOfCharacter } from "./word-times";

const part = { text: "my order is late", start: 8, end: 12 };

test("a click inside a word leads to where it began", () => {
  expect(secondOfCharacter(part, 0)).toBe(8);
  expect(secondOfCharacter(part, 5)).toBe(8 + (4 * 3) / 16);
  expect(secondOfCharacter(part, 99)).toBe(8 + (4 * 12) / 16);
});

test("the word being heard is the one that was clicked, for every character", () => {
  for (let character = 0; character < part.text.length; character++) {
    if (part.text[character] === " ") continue;
    const [from, to] = placeOfWord(part, secondOfCharacter(part, character));
    expect(from <= character && character < to).toBe(true);
  }
});

test("outside its window it is the first or the last word", () => {
  expect(placeOfWord(part, 0)).toEqual([0, 2]);
  expect(placeOfWord(part, 20)).toEqual([12, 16]);
});
