import { expect, test } from "vitest";
import { after, areaOf, board, cell, partitionOfCells, square } from "./board.fixture";
import { type Edit, planEdit } from "./edit";
import { validate } from "./validate";

const start = board(4, 3);
const asked = (edit: Edit) => planEdit(start, edit);
const merge = (...ids: string[]) => ({ op: "merge", cell_ids: ids, new_id: "m" }) as const;

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
