import { expect, test } from "vitest";
import { after, areaOf, board, cellsAt, changeOf } from "./board.fixture";
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
