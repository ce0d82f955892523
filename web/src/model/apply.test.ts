import { expect, test } from "vitest";
import { apply, fits } from "./apply";
import { at, board, changeOf, snapshot } from "./board.fixture";
import { planEdit } from "./edit";
import { invert } from "./invert";

const start = board(2, 2, 2);
const middle = at(start, 1000, 1000);
const move = changeOf(planEdit(start, { op: "move_border", from: [1000, 1000], to: [1100, 1000] }));
const merge = changeOf(planEdit(start, { op: "merge", cell_ids: ["a1", "b1"], new_id: "m" }));

test("applying a change leaves the partition it came from as it was", () => {
  const before = snapshot(start);
  const moved = apply(start, move);
  expect(moved.vertices.get(middle)).toEqual([1_100_000, 1_000_000]);
  expect(start.vertices.get(middle)).toEqual([1_000_000, 1_000_000]);
  expect(snapshot(start)).toBe(before);
});

test("a change made from another state is told apart and never applied", () => {
  const moved = apply(start, move);
  expect([fits(start, move), fits(moved, move)]).toEqual([true, false]);
  expect(() => apply(moved, move)).toThrow("another state");
  expect(fits(apply(start, merge), merge)).toBe(false);
});

test("the inverse of a change takes back what it added and gives back what it removed", () => {
  const back = apply(apply(start, merge), invert(merge));
  expect(snapshot(back)).toBe(snapshot(start));
});
