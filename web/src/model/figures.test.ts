import { expect, test } from "vitest";
import { apply } from "./apply";
import { after, board, changeOf } from "./board.fixture";
import { cellAt, doorsOf } from "./doors";
import { planEdit } from "./edit";
import { cellFigures, figuresOf, followFigures } from "./figures";
import { movedHouseholds, toldAnew, whereabouts } from "./moved";
import { randomEdit } from "./random.fixture";
import { isRefusal } from "./regroup";
import type { Feature } from "./rows";

const start = board(3, 2, 2);
const door = (x: number, y: number, households: number): Feature => ({
  type: "Feature",
  id: `${x} ${y}`,
  properties: { households, people: 2 * households, elders_60: 1 },
  geometry: { type: "Point", coordinates: [x, y] },
});
const doors = doorsOf([door(900, 500, 320), door(1000, 400, 9), door(100, 100, 40)], (at) => at);

test("a square has the figures of a square", () => {
  expect(cellFigures(start, "a1")).toMatchObject({ households: 100, band: "under", area_m2: 1e6 });
  expect(cellFigures(start, "a1").compactness).toBeCloseTo(Math.PI / 4, 9);
  expect(cellFigures(start, "a1").workers_needed).toBe(1);
});

test("doors are counted in the cell they are in, one on a border in the lowest id", () => {
  const figures = figuresOf(start, doors);
  expect(figures.get("a1")).toMatchObject({
    households: 369,
    people: 738,
    elders_60: 3,
    band: "in",
  });
  expect(figures.get("b1")).toMatchObject({ households: 0, band: "under" });
  expect(cellAt(start, [1_000_000, 400_000])).toBe("a1");
});

test("a border that passes over a door takes its households along, and they count as moved", () => {
  const edit = {
    op: "move_line",
    from: [
      [1000, 0],
      [1000, 1000],
    ],
    to: [
      [1000, 0],
      [850, 500],
      [1000, 1000],
    ],
  } as const;
  const change = changeOf(planEdit(start, edit));
  const now = apply(start, change);
  const figures = followFigures(figuresOf(start, doors), now, change, doors);
  expect(["a1", "b1"].map((id) => figures.get(id)?.households)).toEqual([40, 329]);
  // most of the old neighbours went: those who stay are the ones who lost them
  expect(movedHouseholds(whereabouts(start, now, change.cells, doors))).toBe(40);
});

test("figures that follow each change are those measured anew", () => {
  let [now, figures] = [start, figuresOf(start, doors)];
  for (let seed = 0; seed < 40; seed++) {
    const change = planEdit(now, randomEdit(now, seed, seed));
    if (isRefusal(change)) continue;
    now = apply(now, change);
    figures = followFigures(figures, now, change, doors);
  }
  expect(new Map(figures)).toEqual(new Map(figuresOf(now, doors)));
});

test("an atom given away moves its households, a merge moves nobody, a split the smaller part", () => {
  const given = after(start, { op: "reassign", atom_id: "a1-10", cell_id: "b1" });
  expect(movedHouseholds(whereabouts(start, given, ["a1", "b1"]))).toBe(20);
  const merged = after(start, { op: "merge", cell_ids: ["a1", "b1"], new_id: "m" });
  expect(movedHouseholds(whereabouts(start, merged, ["a1", "b1", "m"]))).toBe(0);
  const line = [
    [250, -1],
    [250, 1001],
  ] as const;
  const split = after(start, { op: "split", cell_id: "a1", line, new_ids: ["w", "e"] });
  expect(movedHouseholds(whereabouts(start, split, ["a1", "w", "e"]))).toBe(11); // half of 10, and half of 11 rounded up
});

test("households told anew for the cells of one more edit are those told of all at once", () => {
  let now = start;
  let cells: readonly string[] = [];
  for (let seed = 0; seed < 60; seed++) {
    const change = planEdit(now, randomEdit(now, seed, seed));
    if (isRefusal(change)) continue;
    for (const by of [undefined, doors]) {
      const known = whereabouts(start, now, cells, by);
      const was = whereabouts(
        start,
        now,
        change.cells.filter((id) => cells.includes(id)),
        by,
      );
      const next = apply(now, change);
      const all = [...cells, ...change.cells];
      const told = toldAnew(known, was, whereabouts(start, next, change.cells, by));
      expect(movedHouseholds(told)).toBe(movedHouseholds(whereabouts(start, next, all, by)));
    }
    now = apply(now, change);
    cells = [...new Set([...cells, ...change.cells])];
  }
  expect(cells.length).toBeGreaterThan(4);
});
