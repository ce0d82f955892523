import type { Edit, Place } from "./edit";
import { cells, facePlaces, OUTSIDE, type Partition, ringPlaces } from "./partition";
import { fromPolygons, type PolygonCell, toPolygons } from "./polygons";
import { randomEdit } from "./random.fixture";
import { isRefusal } from "./regroup";
import { doubleArea } from "./ring";
import { type PlanRows, partitionOf } from "./rows";
import { STEPS } from "./rules";
import { openSession, perform, toEdits } from "./session";
import { validate } from "./validate";

type Rings = Place[][];

/** What a browser drew on a plan: edits, the cells they end with, and states that it calls broken. */
export interface Drawn {
  readonly edits: readonly Edit[];
  readonly valid: boolean;
  readonly cells: Record<string, Rings>;
  readonly broken: readonly { kind: string; valid: boolean; cells: Record<string, Rings> }[];
}

/** Random edits on a plan's rows, and faults planted in what they end with. */
export function draws(rows: PlanRows, seed: number, tries: number, ops: readonly string[]): Drawn {
  let session = openSession(partitionOf(rows), 0);
  for (let i = 0; i < tries; i++) {
    const edit = randomEdit(session.now, seed * 1000 + i, i);
    if (!ops.includes(edit.op)) continue;
    const next = perform(session, edit);
    if (!isRefusal(next)) session = next;
  }
  return {
    edits: toEdits(session),
    valid: stands(session.now, groundOf(session.saved)),
    cells: ringsOf(session.now),
    broken: broken(session.now),
  };
}

/** Whether a partition is valid and covers the ground it did, but for what junctions bend its border. */
function stands(partition: Partition, ground_m2: number): boolean {
  return validate(partition).length === 0 && Math.abs(groundOf(partition) - ground_m2) < 0.5;
}

/** The ground within the outside in square metres. */
function groundOf(partition: Partition): number {
  const rings = partition.faces.get(OUTSIDE)?.rings ?? [];
  const doubled = rings.map((ring) => doubleArea(ringPlaces(partition, ring)));
  return -doubled.reduce((sum, part) => sum + part, 0) / 2 / STEPS / STEPS;
}

function ringsOf(partition: Partition): Record<string, Rings> {
  return Object.fromEntries(
    cells(partition).map((face) => [
      face.id,
      facePlaces(partition, face).map((ring) =>
        ring.map(([x, y]): Place => [x / STEPS, y / STEPS]),
      ),
    ]),
  );
}

/** The cells with a vertex torn from its neighbours, a cell drawn over another one, and one gone. */
function broken(partition: Partition): Drawn["broken"] {
  const all = toPolygons(partition, STEPS);
  const [first] = all;
  const other = all.find(({ id }) => id !== first?.id);
  if (first === undefined || other === undefined) return [];
  const [[x, y] = [0, 0], ...rest] = first.rings[0]?.slice(0, -1) ?? [];
  const [[cx, cy] = [0, 0]] = rest.slice(Math.floor(rest.length / 2));
  const towards: Place = [x + (cx - x) * 0.05, y + (cy - y) * 0.05];
  const torn = { ...first, rings: [[towards, ...rest], ...first.rings.slice(1)] };
  const over = {
    ...first,
    rings: first.rings.map((ring) => ring.map(([a, b]): Place => [a + 3, b])),
  };
  const swap = (cell: PolygonCell) => all.map((one) => (one.id === cell.id ? cell : one));
  const states: [string, PolygonCell[]][] = [
    ["torn", swap(torn)],
    ["overlap", swap(over)],
    ["twice", swap({ ...other, rings: first.rings })],
  ];
  return states.map(([kind, drawn]) => ({
    kind,
    valid: stands(fromPolygons({ cells: drawn }, STEPS), groundOf(partition)),
    cells: Object.fromEntries(drawn.map(({ id, rings }) => [id, rings as unknown as Rings])),
  }));
}
