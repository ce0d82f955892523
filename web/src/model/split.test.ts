import { expect, test } from "vitest";
import { after, areaOf, at, board, cell, cellsAt, partitionOfCells, square } from "./board.fixture";
import { type Edit, type Place, planEdit } from "./edit";
import { validate } from "./validate";

const start = board(4, 3);
const asked = (edit: Edit) => planEdit(start, edit);
const split = (line: Place[], id = "a1", new_ids = ["left", "right"]) =>
  ({ op: "split", cell_id: id, line, new_ids }) as const;

test("a line through a cell cuts it, the left piece first, and the neighbour gets the junction", () => {
  const edited = after(
    start,
    split([
      [-100, 250],
      [1100, 250],
    ]),
  );
  expect([areaOf(edited, "left"), areaOf(edited, "right")]).toEqual([750_000, 250_000]);
  expect(edited.faces.get("left")?.community).toBe("community 0");
  expect(cellsAt(edited, 1000, 250)).toEqual(["b1", "left", "right"]);
  expect([areaOf(edited, "b1"), validate(edited)]).toEqual([1_000_000, []]);
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

test("a line that passes a corner within a centimetre is led through it", () => {
  const edited = after(
    start,
    split([
      [-1, -1.004],
      [1001, 1000.991],
    ]),
  );
  expect(edited.vertices.size).toBe(start.vertices.size);
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
  expect([areaOf(edited, "right"), validate(edited)]).toEqual([250_000, []]);
});

test("a crossing that falls between two steps is rounded in both cells alike", () => {
  const edited = after(
    start,
    split([
      [-100, 333],
      [1103, 333.0011],
    ]),
  );
  expect(at(edited, 1000, 333.001)).toBeDefined();
  expect(validate(edited)).toEqual([]);
});

test.each<[string, Place[], string]>([
  [
    "that ends inside",
    [
      [-10, 500],
      [500, 500],
    ],
    "EDIT_LINE_NOT_CROSSING",
  ],
  [
    "that passes by",
    [
      [-10, -10],
      [1200, -10],
    ],
    "EDIT_LINE_NOT_CROSSING",
  ],
  [
    "along the border",
    [
      [0, 0],
      [1000, 0],
    ],
    "EDIT_LINE_NOT_CROSSING",
  ],
  [
    "that touches a corner",
    [
      [-100, 100],
      [100, -100],
      [-50, 50],
    ],
    "EDIT_LINE_NOT_CROSSING",
  ],
  ["that is a point", [[500, 500]], "EDIT_LINE_NOT_CROSSING"],
  ["that is empty", [], "EDIT_LINE_NOT_CROSSING"],
  [
    "that cuts off a crumb",
    [
      [-1, 0.5],
      [0.5, -1],
    ],
    "EDIT_LINE_NOT_CROSSING",
  ],
  [
    "into three",
    [
      [300, -10],
      [300, 1010],
      [600, 1010],
      [600, -10],
    ],
    "EDIT_MULTIPART",
  ],
  [
    "that crosses itself",
    [
      [-10, 500],
      [800, 500],
      [800, 800],
      [500, 800],
      [500, 300],
      [900, -10],
    ],
    "EDIT_OVERLAP",
  ],
])("a line %s is refused", (_, line, code) => {
  expect(asked(split(line))).toMatchObject({ kind: "refusal", code, ids: ["a1"] });
});

test("unknown cells, and ids or codes that are taken, are refused", () => {
  const line: Place[] = [
    [-10, 500],
    [1010, 500],
  ];
  expect(asked(split(line, "z9"))).toMatchObject({ code: "EDIT_UNKNOWN_ID", ids: ["z9"] });
  expect(asked(split(line, ""))).toMatchObject({ code: "EDIT_UNKNOWN_ID" });
  expect(asked(split(line, "a1", ["x", "b1"]))).toMatchObject({ code: "EDIT_DUPLICATE_ID" });
  expect(asked(split(line, "a1", ["x", "x"]))).toMatchObject({ code: "EDIT_DUPLICATE_ID" });
  expect(areaOf(after(start, split(line, "a1", ["a1", "x"])), "a1")).toBe(500_000);
});

const holed = partitionOfCells(
  cell("ring", "c", square(0, 0, 100), square(40, 40, 20), square(10, 10, 10)),
  cell("island", "c", square(40, 40, 20)),
  cell("islet", "c", square(10, 10, 10)),
);

test("each hole goes with the piece it lies in", () => {
  const edited = after(
    holed,
    split(
      [
        [-5, 80],
        [105, 80],
      ],
      "ring",
    ),
  );
  expect(edited.faces.get("left")?.rings).toHaveLength(1);
  expect(edited.faces.get("right")?.rings).toHaveLength(3);
  expect(validate(edited)).toEqual([]);
});

test("a line across a hole opens it and leaves the island as it is", () => {
  const edited = after(
    holed,
    split(
      [
        [-5, 50],
        [105, 50],
      ],
      "ring",
    ),
  );
  expect(["left", "right", "island"].map((id) => areaOf(edited, id))).toEqual([4800, 4700, 400]);
  expect([cellsAt(edited, 40, 50), validate(edited)]).toEqual([["island", "left", "right"], []]);
});

test("a line from a hole back to it cuts off a pocket, one into a hole only does not cross", () => {
  const pocket: Place[] = [
    [50, 50],
    [70, 50],
    [70, 70],
    [50, 70],
    [50, 50],
  ];
  const edited = after(holed, split(pocket, "ring"));
  expect(areaOf(edited, "left") + areaOf(edited, "right")).toBe(9500);
  expect(validate(edited)).toEqual([]);
  expect(
    planEdit(
      holed,
      split(
        [
          [-5, 50],
          [50, 50],
        ],
        "ring",
      ),
    ),
  ).toMatchObject({
    code: "EDIT_LINE_NOT_CROSSING",
  });
});
