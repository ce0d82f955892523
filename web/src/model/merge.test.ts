import { expect, test } from "vitest";
import { after, areaOf, board, cell, square } from "./board.fixture";
import { mergeFaces } from "./merge";
import { fromPolygons } from "./polygons";
import { validate } from "./validate";

const start = board(4, 3);
const into = (id: string) => ({ id, attributes: { name: "merged" } });

test("merging cancels the border the two cells share", () => {
  const edited = after(start, mergeFaces(start, ["a1", "b1"], into("m")));
  const merged = edited.faces.get("m");
  expect(merged?.rings.map((ring) => ring.length)).toEqual([6]);
  expect([merged?.community, merged?.attributes]).toEqual(["community 0", { name: "merged" }]);
  expect(areaOf(edited, "m")).toBe(2_000_000);
  expect(edited.faces.has("a1") || edited.faces.has("b1")).toBe(false);
  expect(validate(edited)).toEqual([]);
});

test("a merged cell may keep the id of one of its parts", () => {
  const edited = after(start, mergeFaces(start, ["a1", "b1"], into("a1")));
  expect(areaOf(edited, "a1")).toBe(2_000_000);
});

test("vertices that only the cancelled border had are gone", () => {
  const four = ["a1", "b1", "a2", "b2"];
  const edited = after(start, mergeFaces(start, four, into("m")));
  expect(edited.vertices.size).toBe(start.vertices.size - 1);
  expect(validate(edited)).toEqual([]);
});

test("cells around another one merge into a cell with a hole, and fill it when it joins", () => {
  const nine = ["a1", "a2", "a3", "b1", "b3", "c1", "c2", "c3", "b2"];
  const one = fromPolygons(
    nine.map((id) => {
      const [x, y] = [id.charCodeAt(0) - 97, Number(id[1]) - 1];
      return cell(id, "community 0", square(x * 10, y * 10, 10));
    }),
    1,
  );
  const ring = after(one, mergeFaces(one, nine.slice(0, 8), into("ring")));
  expect(ring.faces.get("ring")?.rings.map((r) => r.length)).toEqual([12, 4]);
  expect(validate(ring)).toEqual([]);
  const full = after(ring, mergeFaces(ring, ["ring", "b2"], into("full")));
  expect(full.faces.get("full")?.rings).toHaveLength(1);
  expect([areaOf(full, "full"), validate(full)]).toEqual([900, []]);
});

test("a hole that touches the outer border at one vertex stays a hole", () => {
  // The ring of b2's neighbours without its north-east one: b2 is pinned at a corner.
  const shape: [string, number, number][] = [
    ["sw", 0, 0],
    ["s", 1, 0],
    ["se", 2, 0],
    ["w", 0, 1],
    ["e", 2, 1],
    ["nw", 0, 2],
    ["n", 1, 2],
    ["middle", 1, 1],
  ];
  const start8 = fromPolygons(
    shape.map(([id, x, y]) => cell(id, "c", square(x * 10, y * 10, 10))),
    1,
  );
  const around = shape.slice(0, 7).map(([id]) => id);
  const edited = after(start8, mergeFaces(start8, around, into("m")));
  expect(edited.faces.get("m")?.rings).toHaveLength(2);
  expect(validate(edited)).toEqual([]);
});

test.each([
  ["cells that meet at a corner only", ["a1", "b2"], "EDIT_NOT_ADJACENT"],
  ["cells apart from each other", ["a1", "a3"], "EDIT_NOT_ADJACENT"],
  ["a cell with itself", ["a1", "a1"], "EDIT_NOT_ADJACENT"],
  ["one cell alone", ["a1"], "EDIT_NOT_ADJACENT"],
  ["cells of two communities", ["b1", "c1"], "EDIT_OTHER_COMMUNITY"],
  ["a cell that is not there", ["a1", "z9"], "EDIT_UNKNOWN_ID"],
  ["a cell with the outside", ["a1", ""], "EDIT_UNKNOWN_ID"],
  ["nothing at all", [], "EDIT_UNKNOWN_ID"],
] as const)("%s cannot be merged", (_, ids, code) => {
  expect(mergeFaces(start, ids, into("m"))).toMatchObject({ kind: "refusal", code });
});

test("the id of another cell cannot be taken", () => {
  const result = mergeFaces(start, ["a1", "b1"], into("d3"));
  expect(result).toMatchObject({ code: "EDIT_DUPLICATE_ID", ids: ["d3"] });
});
