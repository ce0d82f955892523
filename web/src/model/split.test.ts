import { expect, test } from "vitest";
import { after, areaOf, at, board, cellsAt } from "./board.fixture";
import type { Point } from "./point";
import { splitFace } from "./split";
import { validate } from "./validate";

const start = board(3, 2);
const pieces = [
  { id: "left", attributes: {} },
  { id: "right", attributes: {} },
] as const;
const split = (line: Point[], id = "a1") => splitFace(start, id, line, pieces);

test("a line through a cell cuts it, the left piece first, and the whole stays whole", () => {
  const edited = after(
    start,
    split([
      [-100, 250],
      [1100, 250],
    ]),
  );
  expect([areaOf(edited, "left"), areaOf(edited, "right")]).toEqual([750_000, 250_000]);
  expect(edited.faces.get("left")?.community).toBe("community 0");
  expect(edited.faces.has("a1")).toBe(false);
  expect(validate(edited)).toEqual([]);
});

test("the neighbour gets the junction too", () => {
  const edited = after(
    start,
    split([
      [-100, 250],
      [1100, 250],
    ]),
  );
  expect(cellsAt(edited, 1000, 250)).toEqual(["b1", "left", "right"]);
  expect(edited.faces.get("b1")?.rings[0]).toHaveLength(5);
  expect(areaOf(edited, "b1")).toBe(1_000_000);
});

test("a line through two corners needs no new vertex", () => {
  const edited = after(
    start,
    split([
      [0, 0],
      [1000, 1000],
    ]),
  );
  expect(edited.vertices.size).toBe(start.vertices.size);
  expect(cellsAt(edited, 1000, 1000)).toEqual(["a2", "b1", "b2", "left", "right"]);
});

test("a bent line keeps its bends, its loose ends are left out", () => {
  const edited = after(
    start,
    split([
      [500, -300],
      [500, 500],
      [2000, 500],
      [2500, 700],
    ]),
  );
  expect(cellsAt(edited, 500, 500)).toEqual(["left", "right"]);
  expect(areaOf(edited, "right")).toBe(250_000);
  expect(validate(edited)).toEqual([]);
});

test("a piece may keep the id of the cell", () => {
  const keep = [{ id: "a1", attributes: {} }, pieces[1]] as const;
  const edited = after(
    start,
    splitFace(
      start,
      "a1",
      [
        [-1, 500],
        [1001, 500],
      ],
      keep,
    ),
  );
  expect(areaOf(edited, "a1")).toBe(500_000);
});

test.each<[string, Point[]]>([
  [
    "ends inside",
    [
      [-10, 500],
      [500, 500],
    ],
  ],
  [
    "passes by",
    [
      [-10, -10],
      [1200, -10],
    ],
  ],
  [
    "runs along the border",
    [
      [0, 0],
      [1000, 0],
    ],
  ],
  [
    "touches a corner",
    [
      [-100, 100],
      [100, -100],
      [-50, 50],
    ],
  ],
  ["is a point", [[500, 500]]],
  ["is empty", []],
])("a line that %s does not cross", (_, line) => {
  expect(split(line)).toMatchObject({
    kind: "refusal",
    code: "EDIT_LINE_NOT_CROSSING",
    ids: ["a1"],
  });
});

test("a line that makes more than two pieces is refused", () => {
  const line: Point[] = [
    [300, -10],
    [300, 1010],
    [600, 1010],
    [600, -10],
  ];
  expect(split(line)).toMatchObject({ code: "EDIT_MULTIPART" });
});

test("a line that crosses itself in the cell is refused", () => {
  const line: Point[] = [
    [-10, 500],
    [800, 500],
    [800, 800],
    [500, 800],
    [500, 300],
    [900, -10],
  ];
  expect(split(line)).toMatchObject({ kind: "refusal", code: "EDIT_OVERLAP" });
});

test("unknown cells and ids that are taken are refused", () => {
  const line: Point[] = [
    [-10, 500],
    [1010, 500],
  ];
  const named = (left: string, right: string) =>
    splitFace(start, "a1", line, [
      { id: left, attributes: {} },
      { id: right, attributes: {} },
    ]);
  expect(split(line, "z9")).toMatchObject({ code: "EDIT_UNKNOWN_ID", ids: ["z9"] });
  expect(split(line, "")).toMatchObject({ code: "EDIT_UNKNOWN_ID" });
  expect(named("x", "b1")).toMatchObject({ code: "EDIT_DUPLICATE_ID", ids: ["b1"] });
  expect(named("x", "x")).toMatchObject({ code: "EDIT_DUPLICATE_ID", ids: ["x"] });
  expect(named("", "x")).toMatchObject({ code: "EDIT_DUPLICATE_ID", ids: [""] });
});

test("a crossing that falls between two steps is rounded in both cells alike", () => {
  const edited = after(
    start,
    split([
      [-100, 333],
      [1103, 334],
    ]),
  );
  expect(at(edited, 1000, 334)).toBeDefined();
  expect(validate(edited)).toEqual([]);
});
