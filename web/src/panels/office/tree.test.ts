import { expect, test } from "vitest";
import type { Level, Unit } from "../../api/board";
import { childrenOf, shownRows, type Wish } from "./tree";

function unit(level: Level, id: string, parent: string, more: Partial<Unit> = {}): Unit {
  const figures = { people: 10, people_covered: 5, elders_60: 3, elders_60_covered: 1 };
  const rest = { covered_share: 0.5, worst_walk_s: 60, floor_area_m2: null };
  const known = { required_floor_area_m2: null, cause: "far", kind: "market", profile: "plain" };
  return { level, id, parent, name: `${level} ${id}`, ...figures, ...rest, ...known, ...more };
}

const units = [
  unit("cell", "c1", "m1", { covered_share: null }),
  unit("cell", "c2", "m1", { cause: "covered" }),
  unit("community", "m1", "s1"),
  unit("subdistrict", "s1", "", { covered_share: 0.9 }),
  unit("subdistrict", "s2", "", { covered_share: 0.2 }),
  unit("district", "d", ""),
];
const wish: Wish = {
  opened: new Set(),
  find: "",
  gapsOnly: false,
  sort: { column: "covered_share", down: false },
};
const ids = (asked: Partial<Wish>, of = units) =>
  shownRows(of, childrenOf(of), { ...wish, ...asked }).map(({ id }) => id);

test("the district comes first, then subdistricts in order, and what is open below them", () => {
  expect(ids({})).toEqual(["d", "s2", "s1"]);
  expect(ids({ sort: { column: "covered_share", down: true } })).toEqual(["d", "s1", "s2"]);
  const opened = new Set(["subdistrict/s1", "community/m1"]);
  expect(ids({ opened })).toEqual(["d", "s2", "s1", "m1", "c2", "c1"]);
});

test("what may not be told comes last, whichever way is up", () => {
  const opened = new Set(["subdistrict/s1", "community/m1"]);
  const down = ids({ opened, sort: { column: "covered_share", down: true } });
  expect(down.at(down.indexOf("m1") + 2)).toBe("c1");
});

test("a search shows units of every level, without what is above them", () => {
  expect(ids({ find: "cell" })).toEqual(["c2", "c1"]);
  expect(ids({ find: "nothing" })).toEqual([]);
});

test("units without a gap are left out when only gaps are asked for", () => {
  const opened = new Set(["subdistrict/s1", "community/m1"]);
  expect(ids({ opened, gapsOnly: true })).not.toContain("c2");
});

test("whoever sees one community only finds it at the top", () => {
  const own = units.filter(({ level }) => level === "community" || level === "cell");
  expect(ids({}, own)).toEqual(["m1"]);
});
