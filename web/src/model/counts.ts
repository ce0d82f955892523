import type { Draft } from "./draft";
import { touchedCells } from "./outcome";
import type { Atom, Attributes, FaceId, Ring } from "./partition";
import { doubleArea } from "./ring";
import { RULES, STEPS } from "./rules";

export const COUNTED = ["households", "people", "elders_60"] as const;

/** Share a whole number in proportion to weights; what rounding leaves goes to the largest remainders. */
export function apportioned(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const given = sum > 0 ? weights : weights.map(() => 1);
  const whole = given.reduce((a, b) => a + b, 0);
  const exact = given.map((weight) => (total * weight) / whole);
  const parts = exact.map(Math.floor);
  const order = exact.map((part, i) => ({ i, rest: part - Math.floor(part) }));
  order.sort((a, b) => b.rest - a.rest || a.i - b.i);
  const left = total - parts.reduce((a, b) => a + b, 0);
  for (const { i } of order.slice(0, left)) parts[i] = (parts[i] ?? 0) + 1;
  return parts;
}

/** Set the counts of cells whose atoms changed hands: the people of each old cell stay on its atoms. */
export function recount(draft: Draft, ids: readonly FaceId[]): void {
  const parts = new Map<FaceId, { cell: FaceId; atom: Atom }[]>();
  for (const cell of [...ids].sort()) {
    for (const atom of draft.atomsOf(cell)) {
      const old = draft.atoms.was(draft.origin.get(atom.id) ?? atom.id)?.cell ?? cell;
      parts.set(old, [...(parts.get(old) ?? []), { cell, atom }]);
    }
  }
  const totals = new Map<FaceId, Record<string, number>>(ids.map((id) => [id, {}]));
  for (const [old, own] of parts) {
    const households = own.map(({ atom }) => atom.households);
    const populated = households.some((count) => count > 0);
    const weights = populated ? households : own.map(({ atom }) => areaOf(draft, atom.rings));
    for (const name of COUNTED) {
      const shares = apportioned(count(draft.faces.was(old)?.attributes, name), weights);
      own.forEach(({ cell }, i) => {
        const total = totals.get(cell) ?? {};
        total[name] = (total[name] ?? 0) + (shares[i] ?? 0);
      });
    }
  }
  for (const [id, counts] of totals) having(draft, id, counts);
}

/** Set area and workers of the cells that were written, as the server does. */
export function describe(draft: Draft): void {
  for (const id of touchedCells(draft)) {
    const face = draft.faces.get(id);
    const was = draft.faces.was(id);
    if (face === undefined || id === "") continue;
    const values: Record<string, number> = {
      area_m2: Math.round((areaOf(draft, face.rings) / STEPS / STEPS) * 50) / 100,
    };
    const households = count(face.attributes, "households");
    if (was === undefined || count(was.attributes, "households") !== households) {
      values.workers_needed = workersFor(households);
    }
    having(draft, id, values);
  }
}

/** How many grid workers so many households need. */
export function workersFor(households: number): number {
  return Math.max(1, Math.ceil(households / RULES.cell_households_max));
}

/** A count among attributes, 0 where there is none. */
export function count(attributes: Attributes | undefined, name: string): number {
  return Number(attributes?.[name] ?? 0) || 0;
}

/** Set some attributes of a cell; nothing is written where they are as before. */
export function having(draft: Draft, id: FaceId, values: Attributes): void {
  const face = draft.faces.get(id);
  if (face === undefined) return;
  if (Object.entries(values).every(([name, value]) => face.attributes[name] === value)) return;
  draft.faces.set(id, { ...face, attributes: { ...face.attributes, ...values } });
}

/** Twice the area of rings in square steps. */
function areaOf(draft: Draft, rings: readonly Ring[]): number {
  return rings.reduce((sum, ring) => sum + doubleArea(ring.map(draft.placeOf)), 0);
}
