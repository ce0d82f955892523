import { expect, test } from "vitest";
import { changeOfRows, type SavedRows } from "./answer";
import { apply } from "./apply";
import { after, board, changeOf } from "./board.fixture";
import type { Change } from "./change";
import { planEdit } from "./edit";
import { cells, type Face, facePlaces, type Partition } from "./partition";
import { randomEdit } from "./random.fixture";
import { isRefusal } from "./regroup";
import type { Feature } from "./rows";
import { STEPS } from "./rules";
import { validate } from "./validate";

/** What the service would answer for a change: its rows in metres. */
function answered(after: Partition, change: Change): SavedRows {
  const moved = new Set(change.vertices.moved.map(({ id }) => id));
  const isDrawn = ({ rings }: { rings: Face["rings"] }) => rings.flat().some((id) => moved.has(id));
  const drawn = [...after.atoms.values()].filter((atom) => atom.id !== "" && isDrawn(atom));
  const atoms = new Map([...change.atoms.added, ...drawn].map((atom) => [atom.id, atom]));
  atoms.delete("");
  const rows = [
    ...change.cells
      .flatMap((id) => after.faces.get(id) ?? [])
      .map((face) => ({
        layer: "cells",
        ...feature(after, face, { ...face.attributes, community_id: face.community }),
      })),
    ...[...atoms.values()].map((atom) => ({
      layer: "atoms",
      ...feature(after, atom, { cell_id: atom.cell, households: atom.households }),
    })),
  ];
  const gone = change.atoms.removed.filter(({ id }) => !after.atoms.has(id));
  const goneCells = change.cells.filter((id) => !after.faces.has(id));
  const own = after.ownAtoms ? gone.map(({ id }) => `atoms/${id}`) : [];
  return { rows, gone: [...own, ...goneCells.map((id) => `cells/${id}`)] };
}

function feature(
  partition: Partition,
  { id, rings }: { id: string; rings: Face["rings"] },
  properties: Feature["properties"],
): Feature {
  const coordinates = facePlaces(partition, { rings }).map((ring) =>
    [...ring, ...ring.slice(0, 1)].map(([x, y]) => [x / STEPS, y / STEPS]),
  );
  return { type: "Feature", id, properties, geometry: { type: "Polygon", coordinates } };
}

function ground(partition: Partition): unknown {
  return cells(partition).map((face) => [
    face.id,
    facePlaces(partition, face)
      .map((ring) => ring.map(String).sort())
      .sort(),
  ]);
}

test.each([0, 2])(
  "rows that the service answers bring the plan to its state, %i atoms to a side",
  (side) => {
    let now = board(3, 2, side);
    for (let seed = 0; seed < 60; seed++) {
      const edit = randomEdit(now, seed, seed);
      const change = planEdit(now, edit);
      if (isRefusal(change)) continue;
      const drawn = apply(now, change);
      const saved = apply(now, changeOf(changeOfRows(now, [answered(drawn, change)])));
      expect(validate(saved), edit.op).toEqual([]);
      expect(ground(saved), edit.op).toEqual(ground(drawn));
      now = saved;
    }
  },
);

test("rows of another state are refused, not drawn", () => {
  const start = board(2, 1);
  const moved = after(start, { op: "insert_vertex", near: [1000, 500] });
  const change = changeOf(
    planEdit(moved, { op: "move_border", from: [1000, 500], to: [900, 500] }),
  );
  const { rows, gone } = answered(apply(moved, change), change);
  const only = rows.filter(({ id }) => id === "a1");
  expect(changeOfRows(start, [{ rows: only, gone }])).toMatchObject({ kind: "refusal" });
});
