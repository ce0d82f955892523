import type { Change, Swap } from "./change";
import { follow } from "./follow";
import type { Partition } from "./partition";
import { type Point, same } from "./point";
import { remember, topologyOf } from "./topology";
import { type Entry, VersionedMap } from "./versions";

/** The partition after a change; throws when the change was made from another state of it. */
export function apply(partition: Partition, change: Change): Partition {
  if (!fits(partition, change)) throw new RangeError("the change was made from another state");
  const { removed, added, moved } = change.vertices;
  const vertices: Entry<number, Point>[] = [
    ...removed.map(({ id }) => [id, undefined] as const),
    ...added.map(({ id, place }) => [id, place] as const),
    ...moved.map(({ id, to }) => [id, to] as const),
  ];
  const before = topologyOf(partition);
  const after: Partition = {
    ...partition,
    vertices: versioned(partition.vertices).with(vertices),
    atoms: swapped(partition.atoms, change.atoms),
    faces: swapped(partition.faces, change.faces),
    conflicts: swapped(partition.conflicts, change.conflicts),
  };
  remember(after, follow(before, partition, after, change));
  return after;
}

/** Whether all that a change takes away or moves is there as it found it, and nothing it adds is. */
export function fits(partition: Partition, change: Change): boolean {
  const { removed, added, moved } = change.vertices;
  const isAt = (id: number, place: Point): boolean => {
    const now = partition.vertices.get(id);
    return now !== undefined && same(now, place);
  };
  return (
    removed.every(({ id, place }) => isAt(id, place)) &&
    moved.every(({ id, from }) => isAt(id, from)) &&
    added.every(({ id }) => !partition.vertices.has(id)) &&
    swapFits(partition.atoms, change.atoms) &&
    swapFits(partition.faces, change.faces) &&
    swapFits(partition.conflicts, change.conflicts)
  );
}

function swapFits<Thing extends { id: string }>(
  now: ReadonlyMap<string, Thing>,
  { removed, added }: Swap<Thing>,
): boolean {
  const gone = new Set(removed.map(({ id }) => id));
  return (
    removed.every((thing) => sameThing(now.get(thing.id), thing)) &&
    added.every(({ id }) => gone.has(id) || !now.has(id))
  );
}

/** Faces and atoms are plain values, written by JSON when saved: equal text is an equal thing. */
function sameThing(now: unknown, thing: unknown): boolean {
  return now === thing || JSON.stringify(now) === JSON.stringify(thing);
}

function swapped<Thing extends { id: string }>(
  now: ReadonlyMap<string, Thing>,
  { removed, added }: Swap<Thing>,
): ReadonlyMap<string, Thing> {
  if (removed.length + added.length === 0) return now;
  return versioned(now).with([
    ...removed.map(({ id }) => [id, undefined] as const),
    ...added.map((thing) => [thing.id, thing] as const),
  ]);
}

function versioned<K, V>(map: ReadonlyMap<K, V>): VersionedMap<K, V> {
  return map instanceof VersionedMap ? map : new VersionedMap(map);
}
