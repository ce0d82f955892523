import { beforeAll, expect, test, vi } from "vitest";

type Words = Readonly<Record<string, string>>;
const texts = import.meta.glob<{ zh?: Words; en?: Words }>([
  "./*.ts",
  "!./*.test.ts",
  "!./language.ts",
]);
const sources = import.meta.glob<string>(
  ["../panels/**/*.{ts,tsx}", "../pages/*.tsx", "!**/*.test.ts"],
  { eager: true, query: "?raw", import: "default" },
);
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
});

test("no panel or page has words of its own", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(30);
  for (const [path, source] of Object.entries(sources)) {
    const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(code.match(new RegExp(`.*${HAN.source}.*`, "u"))?.[0], path).toBeUndefined();
  }
});
