import {
  type Atom,
  type AtomId,
  type FaceId,
  OUTSIDE,
  type Partition,
  type VertexId,
} from "./partition";
import type { Point } from "./point";
import { pairs } from "./ring";
import { type Box, boxOf, squaresOf } from "./squares";
import { VersionedMap } from "./versions";

export type EdgeKey = number;

/** What is derived from a partition, never stored in it. */
export interface Topology {
  /** The atom to the left of each directed edge. */
  readonly left: VersionedMap<EdgeKey, AtomId>;
  /** The atoms that use each vertex. */
  readonly atomsAt: VersionedMap<VertexId, readonly AtomId[]>;
  /** The atoms of each cell. */
  readonly atomsOf: VersionedMap<FaceId, readonly AtomId[]>;
  /** The atoms whose box meets a square; the outside is in none. */
  readonly squares: VersionedMap<string, readonly AtomId[]>;
  readonly squareSide: number;
  /** The vertex at each place. */
  readonly vertexAt: VersionedMap<string, VertexId>;
  /** The cell with each code. */
  readonly codes: VersionedMap<string, FaceId>;
  readonly nextVertex: VertexId;
}

const ROOM = 2 ** 26; // two ids in one number that doubles hold exactly
const known = new WeakMap<Partition, Topology>();

/** The topology of a partition, computed once: a partition never changes. */
export function topologyOf(partition: Partition): Topology {
  const before = known.get(partition);
  if (before !== undefined) return before;
  const topology = derive(partition);
  known.set(partition, topology);
  return topology;
}

/** Remember the topology of a partition that was made from another one. */
export function remember(partition: Partition, topology: Topology): void {
  known.set(partition, topology);
}

/** The key of the directed edge from one vertex to another. */
export function edgeKey(from: VertexId, to: VertexId): EdgeKey {
  return from * ROOM + to;
}

/** The key of a place. */
export function placeKey([x, y]: Point): string {
  return `${x},${y}`;
}

/** The directed edges of all rings of an atom or a face. */
export function edgesOf({ rings }: Pick<Atom, "rings">): (readonly [VertexId, VertexId])[] {
  return rings.flatMap((ring) => [...pairs(ring)]);
}

/** The box of an atom, by its outer ring. */
export function atomBox(atom: Atom, placeOf: (id: VertexId) => Point): Box {
  return boxOf((atom.rings[0] ?? []).map(placeOf));
}

/** The cells that have a vertex, by id; the outside may be one. */
export function cellsAt(partition: Partition, vertex: VertexId): FaceId[] {
  const atoms = topologyOf(partition).atomsAt.get(vertex) ?? [];
  return [...new Set(atoms.map((id) => partition.atoms.get(id)?.cell ?? OUTSIDE))].sort();
}

/** The ids of the atoms that may meet a box. */
export function atomsNear({ squares, squareSide }: Topology, box: Box): Set<AtomId> {
  return new Set(squaresOf(box, squareSide).flatMap((key) => squares.get(key) ?? []));
}

function derive(partition: Partition): Topology {
  const placeOf = (id: VertexId): Point => partition.vertices.get(id) ?? [0, 0];
  const atoms = [...partition.atoms.values()];
  const boxes = new Map(
    atoms.filter(({ id }) => id !== OUTSIDE).map((atom) => [atom.id, atomBox(atom, placeOf)]),
  );
  const squareSide = sideFor([...boxes.values()]);
  const squares = [...boxes].flatMap(([id, box]) =>
    squaresOf(box, squareSide).map((key) => [key, id] as const),
  );
  const coded = [...partition.faces.values()].map(
    ({ id, attributes }) => [String(attributes.code ?? ""), id] as const,
  );
  return {
    left: new VersionedMap(
      atoms.flatMap((atom) => edgesOf(atom).map(([a, b]) => [edgeKey(a, b), atom.id] as const)),
    ),
    atomsAt: lists(atoms.flatMap(({ id, rings }) => rings.flat().map((at) => [at, id] as const))),
    atomsOf: lists(atoms.map(({ id, cell }) => [cell, id] as const)),
    squares: lists(squares),
    squareSide,
    vertexAt: new VersionedMap([...partition.vertices].map(([id, place]) => [placeKey(place), id])),
    codes: new VersionedMap(coded.filter(([code]) => code !== "")),
    nextVertex: [...partition.vertices.keys()].reduce((next, id) => Math.max(next, id + 1), 0),
  };
}

/** Squares as wide as a usual atom, so that few atoms meet each. */
function sideFor(boxes: readonly Box[]): number {
  const sides = boxes.map(([w, s, e, n]) => Math.max(e - w, n - s)).sort((a, b) => a - b);
  return Math.max(sides[Math.floor(sides.length / 2)] ?? 1, 1);
}

function lists<K, V>(entries: Iterable<readonly [K, V]>): VersionedMap<K, readonly V[]> {
  const found = new Map<K, Set<V>>();
  for (const [key, value] of entries) {
    const there = found.get(key);
    if (there === undefined) found.set(key, new Set([value]));
    else there.add(value);
  }
  return new VersionedMap([...found].map(([key, values]) => [key, [...values]] as const));
}
