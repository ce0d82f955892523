import { expect, test } from "vitest";
import { after, areaOf, cell, cellsAt, square } from "./board.fixture";
import type { Point } from "./point";
import { fromPolygons } from "./polygons";
import { splitFace } from "./split";
import { validate } from "./validate";

const split = (line: Point[]) =>
  splitFace(holed, "ring", line, [
    { id: "left", attributes: {} },
    { id: "right", attributes: {} },
  ]);

const holed = fromPolygons(
  [
    cell("ring", "c", square(0, 0, 100), square(40, 40, 20), square(10, 10, 10)),
    cell("island", "c", square(40, 40, 20)),
    cell("islet", "c", square(10, 10, 10)),
  ],
  1,
);

test("each hole goes with the piece it lies in", () => {
  const edited = after(
    holed,
    split([
      [-5, 80],
      [105, 80],
    ]),
  );
  expect(edited.faces.get("left")?.rings).toHaveLength(1);
  expect(edited.faces.get("right")?.rings).toHaveLength(3);
  expect(validate(edited)).toEqual([]);
});

test("a line across a hole opens it and leaves the island as it is", () => {
  const edited = after(
    holed,
    split([
      [-5, 50],
      [105, 50],
    ]),
  );
  expect(["left", "right", "island"].map((id) => areaOf(edited, id))).toEqual([4800, 4700, 400]);
  expect(cellsAt(edited, 40, 50)).toEqual(["island", "left", "right"]);
  expect(validate(edited)).toEqual([]);
});

test("a line from a hole back to it cuts off a pocket", () => {
  const edited = after(
    holed,
    split([
      [50, 50],
      [70, 50],
      [70, 70],
      [50, 70],
      [50, 50],
    ]),
  );
  expect(areaOf(edited, "left") + areaOf(edited, "right")).toBe(9500);
  expect(validate(edited)).toEqual([]);
});

test("a line into a hole only does not cross", () => {
  const result = split([
    [-5, 50],
    [50, 50],
  ]);
  expect(result).toMatchObject({ code: "EDIT_LINE_NOT_CROSSING" });
});
