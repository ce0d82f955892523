import { expect, test } from "vitest";
import { apply, fits } from "./apply";
import { at, board, changeOf } from "./board.fixture";
import { invert } from "./invert";
import { mergeFaces } from "./merge";
import { moveVertex } from "./move";

const start = board(2, 2);
const middle = at(start, 1000, 1000);
const move = changeOf(moveVertex(start, middle, [1100, 1000]));
const merge = changeOf(mergeFaces(start, ["a1", "b1"], { id: "m", attributes: {} }));

test("applying a change leaves the partition it came from as it was", () => {
  const moved = apply(start, move);
  expect([start.vertices.get(middle), moved.vertices.get(middle)]).toEqual([
    [1000, 1000],
    [1100, 1000],
  ]);
});

test("a change made from another state is told apart and never applied", () => {
  const moved = apply(start, move);
  expect([fits(start, move), fits(moved, move), fits(moved, merge)]).toEqual([true, false, true]);
  expect(() => apply(moved, move)).toThrow("another state");
  expect(fits(apply(start, merge), merge)).toBe(false);
});

test("the inverse of a change takes back what it added and gives back what it removed", () => {
  const back = apply(apply(start, merge), invert(merge));
  expect(new Map(back.faces)).toEqual(new Map(start.faces));
  expect(new Map(back.vertices)).toEqual(new Map(start.vertices));
});
