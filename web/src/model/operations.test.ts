import { expect, test } from "vitest";
import {
  after,
  areaOf,
  at,
  board,
  cell,
  cellsAt,
  changeOf,
  partitionOfCells,
  square,
} from "./board.fixture";
import { type Edit, type Place, planEdit } from "./edit";
import { validate } from "./validate";

const start = board(4, 3);
const tiled = board(4, 3, 2);
const asked = (edit: Edit) => planEdit(start, edit);
const move = (from: Place, to: Place) => ({ op: "move_border", from, to }) as const;
const split = (line: Place[], id = "a1", new_ids = ["left", "right"]) =>
  ({ op: "split", cell_id: id, line, new_ids }) as const;
const merge = (...ids: string[]) => ({ op: "merge", cell_ids: ids, new_id: "m" }) as const;

test("moving a junction redraws every cell that meets there and opens no gap", () => {
  const moved = after(start, move([1000, 1000], [1200, 900]));
  expect(cellsAt(moved, 1200, 900)).toEqual(["a1", "a2", "b1", "b2"]);
  expect(areaOf(moved, "a1")).toBe(1_050_000);
  expect(["a1", "a2", "b1", "b2"].reduce((sum, id) => sum + areaOf(moved, id), 0)).toBe(4_000_000);
  expect(validate(moved)).toEqual([]);
});

test("a move is one moved vertex, redraws no ring and names the cells it touches", () => {
  const change = changeOf(asked(move([1000, 1000], [1200, 900])));
  expect(change.vertices.moved).toHaveLength(1);
  expect(change.atoms).toEqual({ removed: [], added: [] });
  expect(change.cells).toEqual(["a1", "a2", "b1", "b2"]);
});

test("a move to where the vertex is changes nothing", () => {
  const { vertices, faces } = changeOf(asked(move([1000, 1000], [1000, 1000])));
  expect([vertices.moved, faces.added]).toEqual([[], []]);
});

test("a vertex may slide along a straight border of a community, and only there", () => {
  const more = after(start, { op: "insert_vertex", near: [2000, 500] });
  const slid = after(more, move([2000, 500], [2000, 600]));
  expect([cellsAt(slid, 2000, 600), validate(slid)]).toEqual([["b1", "c1"], []]);
  expect(planEdit(more, move([2000, 500], [2010, 500]))).toMatchObject({
    code: "EDIT_OTHER_COMMUNITY",
    ids: ["community 0", "community 1"],
    place: [2_000_000, 500_000],
  });
});

test("a junction of atoms inside a cell moves as well", () => {
  const moved = after(tiled, move([500, 500], [700, 600]));
  expect([areaOf(moved, "a1"), validate(moved)]).toEqual([1_000_000, []]);
});

test.each<[string, Edit, string]>([
  ["over another border", move([1000, 1000], [2500, 1000]), "EDIT_OVERLAP"],
  ["so that a cell turns inside out", move([1000, 1000], [-10, -10]), "EDIT_OVERLAP"],
  ["onto another vertex", move([1000, 1000], [1000, 0]), "EDIT_OVERLAP"],
  ["onto another border", move([1000, 1000], [500, 0]), "EDIT_OVERLAP"],
  ["of the outer border", move([1000, 0], [1000, -50]), "EDIT_OTHER_COMMUNITY"],
  ["that is not there", move([1030, 1000], [1040, 1000]), "EDIT_NO_VERTEX"],
])("a vertex %s cannot be moved", (_, edit, code) => {
  expect(asked(edit)).toMatchObject({ kind: "refusal", code });
});

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

test("merging cancels the border the two cells share", () => {
  const edited = after(start, merge("a1", "b1"));
  expect(edited.faces.get("m")?.rings.map((ring) => ring.length)).toEqual([6]);
  expect(edited.faces.get("m")?.attributes).toMatchObject({ households: 200, name: "a1" });
  expect([areaOf(edited, "m"), validate(edited)]).toEqual([2_000_000, []]);
  expect(edited.faces.has("a1") || edited.faces.has("b1")).toBe(false);
});

test("cells around another one merge into a cell with a hole, and fill it when it joins", () => {
  const nine = ["a1", "a2", "a3", "b1", "b3", "c1", "c2", "c3", "b2"];
  const one = partitionOfCells(
    ...nine.map((id) => {
      const [x, y] = [id.charCodeAt(0) - 97, Number(id[1]) - 1];
      return cell(id, "community 0", square(x * 10, y * 10, 10));
    }),
  );
  const ring = after(one, merge(...nine.slice(0, 8)));
  expect(ring.faces.get("m")?.rings.map((r) => r.length)).toEqual([12, 4]);
  const full = after(ring, { op: "merge", cell_ids: ["m", "b2"], new_id: "full" });
  expect(full.faces.get("full")?.rings).toHaveLength(1);
  expect([areaOf(full, "full"), validate(ring), validate(full)]).toEqual([900, [], []]);
});

test.each([
  ["cells that meet at a corner only", ["a1", "b2"], "EDIT_NOT_ADJACENT"],
  ["cells apart from each other", ["a1", "a3"], "EDIT_NOT_ADJACENT"],
  ["a cell with itself", ["a1", "a1"], "EDIT_NOT_ADJACENT"],
  ["cells of two communities", ["b1", "c1"], "EDIT_OTHER_COMMUNITY"],
  ["a cell that is not there", ["a1", "z9"], "EDIT_UNKNOWN_ID"],
  ["a cell with the outside", ["a1", ""], "EDIT_UNKNOWN_ID"],
  ["nothing at all", [], "EDIT_UNKNOWN_ID"],
] as const)("%s cannot be merged", (_, ids, code) => {
  expect(asked(merge(...ids))).toMatchObject({ kind: "refusal", code });
});

test("a locked cell is neither cut nor moved nor merged nor named, but takes a junction", () => {
  const locked = after(tiled, { op: "lock", cell_id: "b1", locked: true });
  const tries: Edit[] = [
    split(
      [
        [1500, -1],
        [1500, 1001],
      ],
      "b1",
    ),
    move([1000, 1000], [1010, 1000]),
    merge("a1", "b1"),
    { op: "rename", cell_id: "b1", name: "x" },
    { op: "reassign", atom_id: "a1-10", cell_id: "b1" },
    { op: "weld", from: [1000, 500], to: [1000, 1000] },
    {
      op: "move_line",
      from: [
        [1000, 0],
        [1000, 1000],
      ],
      to: [
        [1000, 0],
        [990, 500],
        [1000, 1000],
      ],
    },
  ];
  for (const edit of tries)
    expect(planEdit(locked, edit), edit.op).toMatchObject({ code: "EDIT_LOCKED" });
  const junction = after(
    locked,
    split([
      [-1, 300],
      [1001, 300],
    ]),
  );
  expect([cellsAt(junction, 1000, 300), validate(junction)]).toEqual([["b1", "left", "right"], []]);
});

test("welding two vertices of a border takes one away, in all cells that have it", () => {
  const more = after(start, { op: "insert_vertex", near: [1003, 500] });
  const back = after(more, { op: "weld", from: [1000, 500], to: [1000, 1000] });
  expect([back.vertices.size, validate(back)]).toEqual([start.vertices.size, []]);
});
