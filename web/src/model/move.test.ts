import { expect, test } from "vitest";
import { after, areaOf, at, board, cellsAt, changeOf } from "./board.fixture";
import { moveVertex } from "./move";
import { validate } from "./validate";

const start = board(4, 2);

test("moving a junction redraws every cell that meets there and opens no gap", () => {
  const moved = after(start, moveVertex(start, at(start, 1000, 1000), [1200, 900]));
  expect(cellsAt(moved, 1200, 900)).toEqual(["a1", "a2", "b1", "b2"]);
  expect(areaOf(moved, "a1")).toBe(1_050_000);
  expect(["a1", "a2", "b1", "b2"].reduce((sum, id) => sum + areaOf(moved, id), 0)).toBe(4_000_000);
  expect(validate(moved)).toEqual([]);
});

test("a move is one moved vertex and redraws no ring", () => {
  const change = changeOf(moveVertex(start, at(start, 1000, 1000), [1200, 900]));
  expect(change.vertices.moved).toEqual([
    { id: at(start, 1000, 1000), from: [1000, 1000], to: [1200, 900] },
  ]);
  expect(change.faces).toEqual({ removed: [], added: [] });
});

test("a pointer between two steps goes to the nearest one", () => {
  const moved = after(start, moveVertex(start, at(start, 1000, 1000), [1200.4, 899.6]));
  expect(cellsAt(moved, 1200, 900)).toHaveLength(4);
});

test("a move to where the vertex is changes nothing", () => {
  const { vertices, faces } = changeOf(moveVertex(start, at(start, 2000, 1000), [2000, 1000]));
  expect([vertices.moved, faces.added]).toEqual([[], []]);
});

test("the border between two communities stays where it is", () => {
  expect(moveVertex(start, at(start, 2000, 1000), [2100, 1000])).toEqual({
    kind: "refusal",
    code: "EDIT_OTHER_COMMUNITY",
    ids: ["community 0", "community 1"],
    place: [2000, 1000],
  });
});

test("the outer border of a community stays where it is", () => {
  const result = moveVertex(start, at(start, 1000, 0), [1000, -50]);
  expect(result).toMatchObject({ code: "EDIT_OTHER_COMMUNITY", ids: ["", "community 0"] });
});

test("a vertex that would cross another border is refused with the place", () => {
  const result = moveVertex(start, at(start, 1000, 1000), [2500, 1000]);
  expect(result).toMatchObject({ code: "EDIT_OVERLAP" });
});

test("a vertex that would turn a cell inside out is refused", () => {
  const result = moveVertex(start, at(start, 1000, 1000), [-10, -10]);
  expect(result).toMatchObject({ kind: "refusal", code: "EDIT_OVERLAP" });
});

test("a vertex on top of another one or on another border is refused", () => {
  const vertex = at(start, 1000, 1000);
  expect(moveVertex(start, vertex, [1000, 0])).toMatchObject({
    code: "EDIT_OVERLAP",
    ids: [at(start, 1000, 0)],
    place: [1000, 0],
  });
  expect(moveVertex(start, vertex, [500, 0])).toMatchObject({ code: "EDIT_OVERLAP" });
});

test("an unknown vertex is refused", () => {
  expect(moveVertex(start, 999, [1, 2])).toMatchObject({ code: "EDIT_NO_VERTEX", ids: [999] });
});

test("a place that is not a number is a bug, not an edit", () => {
  expect(() => moveVertex(start, 0, [Number.NaN, 0])).toThrow(RangeError);
});
