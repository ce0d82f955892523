import { expect, test } from "vitest";
import { at, board, cell, partitionOfCells, square } from "./board.fixture";
import type { Atom, Face, Partition, Ring, VertexId } from "./partition";
import type { Point } from "./point";
import { validate } from "./validate";

const start = board(2, 2);

/** The board with one vertex somewhere else, added, or gone. */
function withVertex(id: VertexId, place: Point | null): Partition {
  const vertices = new Map(start.vertices);
  if (place === null) vertices.delete(id);
  else vertices.set(id, place);
  return { ...start, vertices };
}

/** The board with other rings for one cell. */
function withRings(id: string, rings: readonly Ring[]): Partition {
  const face = start.faces.get(id) as Face;
  const atom = start.atoms.get(id) as Atom;
  const faces = new Map(start.faces).set(id, { ...face, rings });
  return { ...start, faces, atoms: new Map(start.atoms).set(id, { ...atom, rings }) };
}

const codes = (partition: Partition) => [...new Set(validate(partition).map(({ code }) => code))];
const ringOf = (id: string) => start.faces.get(id)?.rings[0] ?? [];

test("a board has no violation", () => {
  expect(validate(start)).toEqual([]);
});

test("a cell that is missing is a gap on each of its borders", () => {
  const faces = new Map(start.faces);
  faces.delete("a1");
  const found = validate({ ...start, faces });
  expect(found.map(({ code }) => code)).toEqual(["GAP", "GAP", "GAP", "GAP", "ATOMS"]);
  expect(found.flatMap((one) => one.faces).sort()).toEqual(["", "", "a1", "a2", "b1"]);
});

test("two cells on the same ground overlap", () => {
  const twin = { ...(start.faces.get("a1") as Face), id: "twin" };
  expect(codes({ ...start, faces: new Map(start.faces).set("twin", twin) })).toEqual([
    "OVERLAP",
    "ATOMS",
  ]);
});

test("an island that lies on a cell without a hole for it overlaps that cell", () => {
  const island = partitionOfCells(
    cell("a", "c", square(0, 0, 100)),
    cell("island", "c", square(40, 40, 20)),
  );
  expect(validate(island)).toMatchObject([
    { code: "OVERLAP", faces: ["", "a"], place: [40_000, 40_000] },
  ]);
});

test("borders that cross are named with their vertices", () => {
  const moved = withVertex(at(start, 1000, 1000), [2_500_000, 1_500_000]);
  expect(codes(moved)).toContain("CROSSING");
});

test("a border of two parts beside one without the vertex is no shared border", () => {
  const loose = partitionOfCells(
    cell("a", "c", square(0, 0, 10)),
    cell("b", "c", square(10, 0, 5)),
    cell("d", "c", square(10, 5, 5)),
  );
  expect(codes(loose)).toEqual(["CROSSING"]);
});

test.each<[string, Partition, string]>([
  ["a vertex nobody uses", withVertex(77, [5e6, 5e6]), "UNUSED_VERTEX"],
  ["a vertex that is not in the table", withVertex(at(start, 0, 0), null), "UNKNOWN_VERTEX"],
  ["a vertex between two steps", withVertex(at(start, 0, 0), [0.5, 0]), "OFF_GRID"],
  ["a vertex that is no number", withVertex(at(start, 0, 0), [Number.NaN, 0]), "OFF_GRID"],
  ["two vertices at one place", withVertex(at(start, 0, 0), [1_000_000, 0]), "SAME_PLACE"],
  ["a ring that turns right", withRings("a1", [ringOf("a1").toReversed()]), "WRONG_TURN"],
  ["a ring of two vertices", withRings("a1", [ringOf("a1").slice(0, 2)]), "SHORT_RING"],
  ["a cell without a ring", withRings("a1", []), "SHORT_RING"],
  ["a ring that passes twice", withRings("a1", [[...ringOf("a1"), 0, 1, 2]]), "REPEATED_VERTEX"],
  ["a hole elsewhere", withRings("a1", [ringOf("a1"), ringOf("b2").toReversed()]), "HOLE_OUTSIDE"],
  ["a hole with the whole border", withRings("a1", [ringOf("a1"), ringOf("a1")]), "CUT_INTERIOR"],
  [
    "a cell under another name",
    { ...start, faces: new Map(start.faces).set("x", start.faces.get("a1") as Face) },
    "WRONG_KEY",
  ],
])("%s is a violation", (_, partition, code) => {
  expect(codes(partition)).toContain(code);
});

test("a cell that is not what its atoms make is a violation", () => {
  const tiled = board(2, 2, 2);
  const atom = { ...(tiled.atoms.get("a1-00") as Atom), cell: "b2" };
  const moved = { ...tiled, atoms: new Map(tiled.atoms).set("a1-00", atom) };
  expect(validate(moved).map(({ code, faces }) => [code, ...faces])).toEqual([
    ["ATOMS", "a1"],
    ["ATOMS", "b2"],
  ]);
});

test("all violations are listed, not the first", () => {
  const broken = { ...withVertex(77, [0.5, 0]), faces: withRings("a1", []).faces };
  expect(codes(broken).sort()).toEqual(["ATOMS", "GAP", "OFF_GRID", "SHORT_RING", "UNUSED_VERTEX"]);
});
