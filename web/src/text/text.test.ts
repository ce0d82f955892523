import { beforeAll, expect, test, vi } from "vitest";

type Words = Readonly<Record<string, string>>;
const texts = import.meta.glob<{ zh?: Words; en?: Words }>([
  "./*.ts",
  "!./*.test.ts",
  "!./language.ts",
]);
const sources = import.meta.glob<string>(
  ["../{panels,draw,map,api}/**/*.{ts,tsx}", "../pages/*.tsx", "!**/*.test.ts"],
  { eager: true, query: "?raw", import: "default" },
);
// the planner's texts have both languages in one file: the compiler compares their keys
const both = import.meta.glob<string>("./plan/*.ts", {
  eager: true,
  query: "?raw",
  import: "default",
});
const HAN = /\p{Script=Han}/u;
const BLANKS = /\{\w+\}/g;

const zh: Record<string, Words> = {};
const en: Record<string, Words> = {};

beforeAll(async () => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }); // no browser
  for (const [path, load] of Object.entries(texts)) {
    const words = await load();
    if (words.en) en[path.replace("_en.ts", ".ts")] = words.en;
    if (words.zh) zh[path] = words.zh;
  }
});

test("every text has the same messages and blanks in both languages", () => {
  expect(Object.keys(zh).length).toBeGreaterThan(3);
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [path, words] of Object.entries(zh)) {
    const other = en[path] ?? {};
    expect(Object.keys(other).sort(), path).toEqual(Object.keys(words).sort());
    for (const [key, text] of Object.entries(words)) {
      expect(other[key]?.match(BLANKS)?.sort(), `${path} ${key}`).toEqual(
        text.match(BLANKS)?.sort(),
      );
    }
  }
});

test("English is English", () => {
  for (const [path, words] of Object.entries(en)) {
    const chinese = Object.entries(words).filter(
      ([key, text]) => HAN.test(text) && key !== "language",
    );
    expect(chinese, path).toEqual([]);
  }
  expect(Object.keys(both).length).toBeGreaterThan(5);
  for (const [path, source] of Object.entries(both)) {
    const inline = source.match(/\ben: "[^"]*"/g)?.join("\n");
    const english = source.split(/^ {2}en: \{$/m)[1] ?? inline ?? "";
    const chinese = english.split("\n").filter((line) => HAN.test(line) && !/language:/.test(line));
    expect(english.length, path).toBeGreaterThan(20);
    expect(chinese, path).toEqual([]);
  }
});

test("no panel or page has words of its own", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(30);
  for (const [path, source] of Object.entries(sources)) {
    // words that are read, in patterns, are not words that are said
    const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|\[\/.+\/i?,/gm, "");
    expect(code.match(new RegExp(`.*${HAN.source}.*`, "u"))?.[0], path).toBeUndefined();
    // nor in English: text between tags, and what a label, a title or a hint says
    expect(code.match(/(?<![=-])>\s*[A-Z][a-z]+[\w ,.]*\s*<\//)?.[0], path).toBeUndefined();
    expect(
      code.match(/(aria-label|title|placeholder)="(?!Ctrl)[^"]*[a-z]{2}/)?.[0],
      path,
    ).toBeUndefined();
  }
});
