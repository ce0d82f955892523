import { expect, test } from "vitest";
import { after, at, board, cell, partitionOfCells, square } from "./board.fixture";
import { differenceOf } from "./difference";
import type { Edit } from "./edit";
import { figuresOf } from "./figures";
import { problemsOf } from "./problems";
import { rebase } from "./rebase";
import { isOnBorder, linesOf, snap } from "./snapping";

const start = board(3, 2, 2);
const all = { vertices: true, borders: true, blocks: true } as const;

test("a place snaps to a vertex before a border, and to what is switched on only", () => {
  const near = [1_002_000, 997_000] as const;
  expect(snap(start, near, 5, all)).toMatchObject({
    kind: "vertex",
    place: [1_000_000, 1_000_000],
  });
  expect(snap(start, near, 5, { borders: true })).toMatchObject({
    kind: "border",
    place: [1_000_000, 997_000],
  });
  expect(snap(start, near, 1, all)).toBeNull();
  expect(snap(start, near, 5, {})).toBeNull();
});

test("borders of blocks and roads attract where they are switched on", () => {
  const lines = linesOf([
    [
      [600, 0],
      [600, 1000],
    ],
  ]);
  expect(snap(start, [503_000, 250_000], 5, all)).toMatchObject({ kind: "block" });
  expect(snap(start, [503_000, 250_000], 5, { borders: true })).toBeNull();
  expect(snap(start, [598_000, 250_000], 5, { lines })).toEqual({
    kind: "line",
    place: [600_000, 250_000],
  });
});

test("a vertex that is dragged does not attract itself", () => {
  const except = at(start, 1000, 1000);
  expect(snap(start, [1_000_000, 1_000_000], 5, { ...all, except })).toBeNull();
  expect([isOnBorder(start, except), isOnBorder(start, at(start, 500, 500))]).toEqual([
    true,
    false,
  ]);
});

test("the problems of a plan are listed, the worst first", () => {
  const small = problemsOf(start, figuresOf(start));
  expect(small.map(({ kind, off }) => [kind, off])).toEqual(Array(6).fill(["under", 200]));
  const twin = cell("b", "c", square(100, 0, 9));
  const apart = partitionOfCells(
    {
      ...cell("a", "c", square(0, 0, 100), square(40, 40, 20)),
      attributes: { code: "b", households: 900 },
    },
    twin,
  );
  const found = problemsOf(apart, figuresOf(apart));
  expect(found.map(({ kind, cells }) => [kind, ...cells])).toEqual([
    ["uncovered"],
    ["duplicate_code", "a", "b"],
    ["over", "a"],
    ["under", "b"],
  ]);
  expect(found[0]?.place).toEqual([50_000, 50_000]);
});

test("two plans differ in the borders that moved and the cells beside them", () => {
  const plain = board(3, 2);
  const moved = after(plain, { op: "move_border", from: [1000, 1000], to: [1100, 1000] });
  const difference = differenceOf(plain, moved);
  expect(difference.cells).toEqual({ added: [], removed: [], changed: ["a1", "a2", "b1", "b2"] });
  expect(difference.borders.added).toHaveLength(2); // the other two only grew along their line
  const split = after(start, {
    op: "split",
    cell_id: "a1",
    line: [
      [-1, 300],
      [1001, 300],
    ],
    new_ids: ["a1", "n"],
  });
  expect(differenceOf(start, split)).toMatchObject({
    cells: { added: ["n"], removed: [], changed: ["a1"] },
    borders: { removed: [] },
  });
});

test("a junction on a straight border is no difference", () => {
  const more = after(start, { op: "insert_vertex", near: [1000, 300] });
  const none = {
    cells: { added: [], removed: [], changed: [] },
    borders: { added: [], removed: [] },
  };
  expect(differenceOf(start, more)).toEqual(none);
});

test("edits are put on the revision that stands: clashes by choice, what cannot be is told", () => {
  const edits: Edit[] = [
    { op: "rename", cell_id: "a1", name: "甲" },
    { op: "rename", cell_id: "b1", name: "乙" },
    { op: "split_k", cell_id: "c1", k: 2, new_ids: ["c1", "n"] },
    { op: "move_border", from: [1000, 1000], to: [1010, 1000] },
    { op: "move_border", from: [1010, 1000], to: [1010, 1020] },
  ];
  const theirs = after(
    start,
    { op: "rename", cell_id: "a1", name: "丙" },
    { op: "rename", cell_id: "b1", name: "丁" },
    { op: "move_border", from: [1000, 1000], to: [990, 990] },
    { op: "lock", cell_id: "c1", locked: true },
  );
  const clashes = [0, 1, 2, 3, 4].map((index) => ({ index, code: "EDIT_STALE" }));
  const stale = { revision: 4, fits: [], clashes };
  const { session, dropped, refused } = rebase(
    theirs,
    edits,
    stale,
    start,
    new Map([1, 2, 3, 4].map((index) => [index, "mine"])),
  );
  expect(["a1", "b1"].map((id) => session.now.faces.get(id)?.attributes.name)).toEqual([
    "丙",
    "乙",
  ]);
  expect([session.revision, dropped]).toEqual([4, [edits[0]]]);
  expect(refused).toMatchObject([{ index: 2, refusal: { code: "EDIT_LOCKED" } }]);
  const places = [...session.now.vertices.values()].map(String);
  expect(places).toContain("1010000,1020000"); // moved on from where they had put it
  expect(places).not.toContain("990000,990000");
});
