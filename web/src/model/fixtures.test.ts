/// <reference types="vite/types/importMeta.d.ts" />
import { expect, test } from "vitest";
import { apply } from "./apply";
import { changeOf } from "./board.fixture";
import { type Edit, planEdit } from "./edit";
import { cells, facePlaces, type Partition } from "./partition";
import { onGrid, type Point } from "./point";
import { fromPolygons } from "./polygons";
import { doubleArea } from "./ring";
import { STEPS } from "./rules";
import { validate } from "./validate";

type Row = Record<string, string | number | boolean | null> & { rings: Point[][] };
type Layers = Record<"cells" | "atoms" | "conflicts", Row[]>;
interface Case extends Layers {
  why: string;
  edits: Edit[];
  households?: unknown[];
  expected?: Layers & { removed?: { cells?: string[]; atoms?: string[] } };
  refusal?: { code: string; edit: number };
}

const files = import.meta.glob<Case>("../../../tests/fixtures/edits/*.json", {
  eager: true,
  import: "default",
});
/** What is a matter of the service: whether a file is an edit file at all. */
const OF_THE_SERVICE = new Set(["syntax"]);
const cases = Object.entries(files)
  .map(([path, one]) => [path.replace(/.*\/|\.json/g, ""), one] as const)
  .filter(([name]) => !OF_THE_SERVICE.has(name));

/** The partition of a case. */
function opened({ cells: rows, atoms, conflicts = [] }: Case): Partition {
  const text = (row: Row, name: string) => String(row[name]);
  const made = fromPolygons(
    {
      cells: rows.map(({ rings, ...attributes }) => ({
        id: String(attributes.cell_id),
        community: String(attributes.community_id),
        attributes: {
          ...(attributes as Record<string, string>),
          area_m2: doubleArea(rings[0] ?? []) / 2,
          workers_needed: 1,
        },
        rings,
      })),
      atoms: atoms.map((row) => ({
        id: text(row, "atom_id"),
        cell: text(row, "cell_id"),
        households: Number(row.households),
        rings: row.rings,
      })),
      conflicts: conflicts.map(({ rings, ...attributes }) => ({
        id: String(attributes.conflict_id),
        attributes: attributes as Record<string, string>,
        polygons: [rings.map(inSteps)],
      })),
    },
    STEPS,
  );
  expect(validate(made)).toEqual([]);
  return made;
}

const inSteps = (ring: readonly Point[]) => ring.map(([x, y]) => onGrid([x * STEPS, y * STEPS]));

/** Rings as text that does not depend on where they begin and which way they turn. */
function ringKey(ring: readonly Point[]): string {
  const turns = [ring, ring.toReversed()].flatMap((way) =>
    way.map((_, i) => [...way.slice(i), ...way.slice(0, i)].join(" ")),
  );
  return turns.sort()[0] ?? "";
}

/** The state of all cells as plain values: rings and attributes. */
function stateOf(partition: Partition) {
  return new Map(
    cells(partition).map((face) => [
      face.id,
      { rings: facePlaces(partition, face).map(ringKey).sort(), attributes: face.attributes },
    ]),
  );
}

/** Do edits that must not be refused; each leaves a valid partition. */
function afterAll(start: Partition, edits: readonly Edit[]): Partition {
  return edits.reduce((now, edit) => {
    const next = apply(now, changeOf(planEdit(now, edit)));
    expect(validate(next)).toEqual([]);
    return next;
  }, start);
}

const drawnAs = (rings: readonly Point[][]) => rings.map((ring) => ringKey(inSteps(ring))).sort();

test.each(cases.filter(([, one]) => one.refusal !== undefined))(
  "the shared case %s is refused as its file says",
  (_, one) => {
    const now = afterAll(opened(one), one.edits.slice(0, one.refusal?.edit));
    const asked = one.edits[one.refusal?.edit ?? -1];
    expect(asked && planEdit(now, asked)).toMatchObject({ code: one.refusal?.code });
  },
);

const accepted = cases.filter(([, one]) => one.expected !== undefined);

test.each(accepted)("the shared case %s ends with the cells its file says", (_, one) => {
  const start = opened(one);
  const state = stateOf(afterAll(start, one.edits));
  const before = stateOf(start);
  const drawn = new Map((one.expected?.cells ?? []).map((row) => [String(row.cell_id), row]));
  for (const id of one.expected?.removed?.cells ?? []) before.delete(id);
  for (const [id, { rings, cell_id: _id, ...attributes }] of drawn) {
    // doors are the service's: it counts them where they are known, the model shares by atoms
    const told = one.households === undefined ? attributes : { name: attributes.name ?? null };
    expect(state.get(id)?.attributes).toMatchObject(told);
    before.set(id, { rings: drawnAs(rings), attributes: state.get(id)?.attributes ?? {} });
  }
  expect(state).toEqual(before);
});

test.each(accepted)("the shared case %s ends with the atoms its file says", (_, one) => {
  const now = afterAll(opened(one), one.edits);
  for (const { atom_id, rings, cell_id, households } of one.expected?.atoms ?? []) {
    const atom = now.atoms.get(String(atom_id));
    expect(atom?.cell).toBe(cell_id);
    expect(atom && facePlaces(now, atom).map(ringKey).sort()).toEqual(drawnAs(rings));
    if (one.households === undefined) expect(atom?.households).toBe(households);
  }
  for (const { conflict_id, status } of one.expected?.conflicts ?? []) {
    expect(now.conflicts.get(String(conflict_id))?.attributes.status).toBe(status);
  }
});
