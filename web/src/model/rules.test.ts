/// <reference types="vite/types/importMeta.d.ts" />
import { expect, test } from "vitest";
import { RULES } from "./rules";

const tables = import.meta.glob<string>("../../../data/onegrid_data/standards/numbers.csv", {
  eager: true,
  query: "?raw",
  import: "default",
});

test("the numbers that edits obey are those of the standards", () => {
  const rows = Object.values(tables)[0]?.split("\n") ?? [];
  const numbers = new Map(rows.map((row) => [row.split(",")[0], Number(row.split(",")[1])]));
  for (const [name, value] of Object.entries(RULES)) expect(numbers.get(name), name).toBe(value);
});
