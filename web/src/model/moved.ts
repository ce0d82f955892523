import { cellAt, type Doors, doorsIn } from "./doors";
import type { Atom, AtomId, FaceId, Partition } from "./partition";
import { topologyOf } from "./topology";

/** How many households of each old cell are in which cell now. */
export type Whereabouts = ReadonlyMap<FaceId, ReadonlyMap<FaceId, number>>;

/** Where the households of some cells as they are now were before, at doors if these are known. */
export function whereabouts(
  saved: Partition,
  now: Partition,
  cells: Iterable<FaceId>,
  doors?: Doors,
): Whereabouts {
  const found = new Map<FaceId, Map<FaceId, number>>();
  for (const cell of new Set(cells)) {
    for (const [old, households] of origins(saved, now, cell, doors)) {
      add(found, old, cell, households);
    }
  }
  return found;
}

/** What is known of some households, told anew: `was` taken away from it, `is` put in its place. */
export function toldAnew(known: Whereabouts, was: Whereabouts, is: Whereabouts): Whereabouts {
  const found = new Map([...known].map(([old, cells]) => [old, new Map(cells)]));
  for (const [sign, told] of [
    [-1, was],
    [1, is],
  ] as const) {
    for (const [old, cells] of told) {
      for (const [cell, households] of cells) add(found, old, cell, sign * households);
    }
  }
  return found;
}

/**
 * The households that are in another cell than most of their old neighbours: cut off from them, or
 * given away; where cells merge nobody moves.
 */
export function movedHouseholds(found: Whereabouts): number {
  return [...found.values()].reduce((sum, cells) => {
    const counts = [...cells.values()];
    return sum + counts.reduce((a, b) => a + b, 0) - Math.max(...counts);
  }, 0);
}

/** The old cells of a cell's households. */
function origins(
  saved: Partition,
  now: Partition,
  cell: FaceId,
  doors: Doors | undefined,
): [FaceId, number][] {
  if (doors !== undefined) {
    return doorsIn(now, cell, doors).map(({ place, households }) => [
      cellAt(saved, place) ?? "",
      households,
    ]);
  }
  return atomsOf(now, cell).flatMap(({ id, households }): [FaceId, number][] => {
    const old = saved.atoms.get(originOf(saved, id))?.cell;
    return old === undefined ? [] : [[old, households]];
  });
}

function add(
  found: Map<FaceId, Map<FaceId, number>>,
  old: FaceId,
  cell: FaceId,
  households: number,
): void {
  const cells = found.get(old) ?? new Map<FaceId, number>();
  found.set(old, cells.set(cell, (cells.get(cell) ?? 0) + households));
}

function atomsOf(partition: Partition, cell: FaceId): Atom[] {
  const ids = topologyOf(partition).atomsOf.get(cell) ?? [];
  return ids.flatMap((id) => partition.atoms.get(id) ?? []);
}

/** The atom of an earlier state that an atom is, or is a piece of: pieces are numbered after a dot. */
function originOf(saved: Partition, id: AtomId): AtomId {
  let name = id;
  while (!saved.atoms.has(name) && /\.\d+$/.test(name)) name = name.replace(/\.\d+$/, "");
  return name;
}
