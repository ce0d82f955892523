import { expect, test } from "vitest";
import { after, areaOf, at, board, cellsAt } from "./board.fixture";
import { insertVertex } from "./insert";
import { moveVertex } from "./move";
import { validate } from "./validate";

const start = board(2, 2);
const border = [at(start, 1000, 0), at(start, 1000, 1000)] as const;

test("a vertex on a shared border goes into the cells on both sides", () => {
  const edited = after(start, insertVertex(start, border, [1030, 400]));
  expect(cellsAt(edited, 1000, 400)).toEqual(["a1", "b1"]);
  expect(areaOf(edited, "a1")).toBe(areaOf(start, "a1"));
  expect(validate(edited)).toEqual([]);
});

test("the new vertex can be moved, and both neighbours follow", () => {
  const edited = after(start, insertVertex(start, border, [1000, 500]));
  const moved = after(edited, moveVertex(edited, at(edited, 1000, 500), [1100, 500]));
  expect([areaOf(moved, "a1"), areaOf(moved, "b1")]).toEqual([1_050_000, 950_000]);
});

test("a vertex on the outer border goes into the outside too", () => {
  const edge = [at(start, 0, 0), at(start, 1000, 0)] as const;
  expect(validate(after(start, insertVertex(start, edge, [500, 0])))).toEqual([]);
});

test("a vertex at the end of the edge is there already", () => {
  expect(insertVertex(start, border, [1000, -200])).toMatchObject({
    code: "EDIT_OVERLAP",
    ids: [border[0]],
    place: [1000, 0],
  });
});

test("two vertices without an edge between them are refused", () => {
  const pair = [at(start, 0, 0), at(start, 1000, 1000)] as const;
  expect(insertVertex(start, pair, [500, 500])).toMatchObject({
    code: "EDIT_NO_VERTEX",
    ids: pair,
  });
});
