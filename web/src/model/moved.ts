import { cellAt, type Doors, doorsIn } from "./doors";
import type { Atom, AtomId, FaceId, Partition } from "./partition";
import { topologyOf } from "./topology";

/**
 * The households that are in another cell than most of their old neighbours: cut off from them, or
 * given away; where cells merge nobody moves. `touched` are the cells that edits since then changed.
 */
export function movedHouseholds(
  saved: Partition,
  now: Partition,
  touched: Iterable<FaceId>,
  doors?: Doors,
): number {
  const shares = new Map<FaceId, Map<FaceId, number>>();
  for (const [old, cell, households] of pairsOf(saved, now, new Set(touched), doors)) {
    const share = shares.get(old) ?? new Map<FaceId, number>();
    shares.set(old, share.set(cell, (share.get(cell) ?? 0) + households));
  }
  return [...shares.values()].reduce((sum, share) => {
    const counts = [...share.values()];
    return sum + counts.reduce((a, b) => a + b, 0) - Math.max(...counts);
  }, 0);
}

/** Households with the cell they were in and the one they are in. */
function pairsOf(
  saved: Partition,
  now: Partition,
  touched: ReadonlySet<FaceId>,
  doors: Doors | undefined,
): [FaceId, FaceId, number][] {
  if (doors !== undefined) {
    return [...touched].flatMap((old) =>
      doorsIn(saved, old, doors).map(({ place, households }): [FaceId, FaceId, number] => [
        old,
        cellAt(now, place) ?? "",
        households,
      ]),
    );
  }
  return [...touched]
    .flatMap((id) => atomsOf(now, id))
    .flatMap(({ id, cell, households }): [FaceId, FaceId, number][] => {
      const old = saved.atoms.get(originOf(saved, id))?.cell;
      return old === undefined ? [] : [[old, cell, households]];
    });
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
