import type { Change } from "./change";
import { type Atom, OUTSIDE, type Partition, placeOf } from "./partition";
import { squaresOf } from "./squares";
import { atomBox, edgeKey, edgesOf, placeKey, type Topology } from "./topology";
import type { Entry, VersionedMap } from "./versions";

/** The topology after a change, from the one before it: only what changed is looked at. */
export function follow(
  topology: Topology,
  before: Partition,
  after: Partition,
  change: Change,
): Topology {
  const { removed, added } = change.atoms;
  const { vertices, faces } = change;
  const edges = (atoms: readonly Atom[]) => atoms.flatMap((atom) => edgesOf(atom));
  const atVertices = (atoms: readonly Atom[]) =>
    atoms.flatMap(({ id, rings }) => rings.flat().map((vertex) => [vertex, id] as const));
  const inCells = (atoms: readonly Atom[]) => atoms.map(({ id, cell }) => [cell, id] as const);
  const codes = (side: "removed" | "added") =>
    faces[side].map(({ id, attributes }) => [String(attributes.code ?? ""), id] as const);
  return {
    ...topology,
    left: topology.left.with([
      ...edges(removed).map(([a, b]) => [edgeKey(a, b), undefined] as const),
      ...added.flatMap((atom) => edgesOf(atom).map(([a, b]) => [edgeKey(a, b), atom.id] as const)),
    ]),
    atomsAt: relisted(topology.atomsAt, atVertices(removed), atVertices(added)),
    atomsOf: relisted(topology.atomsOf, inCells(removed), inCells(added)),
    squares: resquared(topology, before, after, change),
    vertexAt: topology.vertexAt.with([
      ...vertices.removed.map(({ place }) => [placeKey(place), undefined] as const),
      ...vertices.moved.map(({ from }) => [placeKey(from), undefined] as const),
      ...vertices.added.map(({ id, place }) => [placeKey(place), id] as const),
      ...vertices.moved.map(({ id, to }) => [placeKey(to), id] as const),
    ]),
    codes: topology.codes.with([
      ...codes("removed").map(([code]) => [code, undefined] as const),
      ...codes("added").filter(([code]) => code !== ""),
    ]),
    nextVertex: vertices.added.reduce(
      (next, { id }) => Math.max(next, id + 1),
      topology.nextVertex,
    ),
  };
}

/** Take ids out of the lists of some keys, and put others in. */
function relisted<K, V>(
  map: VersionedMap<K, readonly V[]>,
  removed: readonly (readonly [K, V])[],
  added: readonly (readonly [K, V])[],
): VersionedMap<K, readonly V[]> {
  const lists = new Map<K, Set<V>>();
  const listOf = (key: K): Set<V> => {
    const list = lists.get(key) ?? new Set(map.get(key));
    lists.set(key, list);
    return list;
  };
  for (const [key, value] of removed) listOf(key).delete(value);
  for (const [key, value] of added) listOf(key).add(value);
  const entries = [...lists].map(([key, values]): Entry<K, readonly V[]> => {
    const before = map.get(key);
    const same = before?.length === values.size && before.every((value) => values.has(value));
    return [key, same ? before : values.size === 0 ? undefined : [...values]];
  });
  return map.with(entries);
}

/** The squares after a change: of atoms that came, went, or have a vertex that moved. */
function resquared(
  { squares, squareSide, atomsAt }: Topology,
  before: Partition,
  after: Partition,
  { atoms, vertices }: Change,
): Topology["squares"] {
  const inSquares = (partition: Partition, ids: Iterable<string>) =>
    [...ids].flatMap((id) => {
      const atom = id === OUTSIDE ? undefined : partition.atoms.get(id);
      if (atom === undefined) return [];
      const keys = squaresOf(
        atomBox(atom, (at) => placeOf(partition, at)),
        squareSide,
      );
      return keys.map((key) => [key, id] as const);
    });
  const ids = new Set([
    ...vertices.moved.flatMap(({ id }) => atomsAt.get(id) ?? []),
    ...[...atoms.removed, ...atoms.added].map(({ id }) => id),
  ]);
  return relisted(squares, inSquares(before, ids), inSquares(after, ids));
}
