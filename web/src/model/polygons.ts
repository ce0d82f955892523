import { outline } from "./outline";
import {
  type Atom,
  type Attributes,
  type Conflict,
  cells,
  type Face,
  OUTSIDE,
  type Partition,
  type Ring,
  type VertexId,
} from "./partition";
import { onGrid, type Point } from "./point";
import { doubleArea } from "./ring";
import { edgeKey, edgesOf, placeKey } from "./topology";
import { type DirectedEdge, traceWalks } from "./trace";
import { VersionedMap } from "./versions";

/** A cell as files and HTTP carry it: rings of coordinates, the outer one first. */
export interface PolygonCell {
  readonly id: string;
  readonly community: string;
  readonly attributes: Attributes;
  readonly rings: readonly (readonly Point[])[];
}

/** An atom as files and HTTP carry it. */
export interface PolygonAtom {
  readonly id: string;
  readonly cell: string;
  readonly households: number;
  readonly rings: readonly (readonly Point[])[];
}

/** All that a partition is made of. */
export interface Polygons {
  readonly cells: readonly PolygonCell[];
  readonly atoms?: readonly PolygonAtom[];
  readonly conflicts?: readonly Conflict[];
}

/**
 * Build a partition on a grid of so many steps per unit (1000 for metres); judge it with `validate`.
 * A cell without atoms is one. A place that cells enclose becomes a ring of the outside: gap or
 * enclave, only the community knows.
 */
export function fromPolygons(
  { cells: given, atoms: blocks = [], conflicts = [] }: Polygons,
  stepsPerUnit: number,
): Partition {
  const { vertices, placeOf, drawn } = vertexTable(stepsPerUnit);
  const atoms = byId<Atom>(blocks.map((atom) => ({ ...atom, rings: drawn(atom.rings) })));
  const byCell = new Map<string, Atom[]>(given.map(({ id }) => [id, []]));
  for (const atom of atoms.values()) byCell.get(atom.cell)?.push(atom);
  const made = given.map(({ rings, ...cell }): Face => {
    const own = byCell.get(cell.id) ?? [];
    return { ...cell, rings: own.length > 0 ? outline(own, placeOf) : drawn(rings) };
  });
  const faces = byId(made);
  for (const face of made.filter(({ id }) => byCell.get(id)?.length === 0)) {
    const atom = asAtom(face, atoms);
    atoms.set(atom.id, atom);
  }
  const rings = ringsAround([...faces.values()], placeOf);
  faces.set(OUTSIDE, { id: OUTSIDE, community: OUTSIDE, rings, attributes: {} });
  atoms.set(OUTSIDE, { id: OUTSIDE, cell: OUTSIDE, households: 0, rings });
  return {
    vertices: new VersionedMap(vertices),
    faces: new VersionedMap(faces),
    atoms: new VersionedMap(atoms),
    conflicts: new VersionedMap(byId(conflicts)),
    ownAtoms: blocks.length > 0,
  };
}

/** Some cells of a partition, or all, as polygons with closed rings, in the order of their ids. */
export function toPolygons(
  partition: Partition,
  stepsPerUnit: number,
  ids?: Iterable<string>,
): PolygonCell[] {
  const unit = (id: VertexId): Point => {
    const [x, y] = partition.vertices.get(id) ?? [Number.NaN, Number.NaN];
    return [x / stepsPerUnit, y / stepsPerUnit];
  };
  const faces =
    ids === undefined
      ? cells(partition)
      : [...new Set(ids)].sort().flatMap((id) => partition.faces.get(id) ?? []);
  return faces.map(({ id, community, attributes, rings }) => ({
    id,
    community,
    attributes,
    rings: rings.map((ring) => [...ring, ...ring.slice(0, 1)].map(unit)),
  }));
}

/** A cell without atoms as one, under an id that no atom has. */
function asAtom({ id, attributes, rings }: Face, atoms: ReadonlyMap<string, Atom>): Atom {
  const households = Number(attributes.households ?? 0);
  return { id: atoms.has(id) ? `${id} ` : id, cell: id, households, rings };
}

/** Things by their ids; no two have the same, and none that of the outside. */
function byId<Thing extends { readonly id: string }>(things: readonly Thing[]): Map<string, Thing> {
  const found = new Map<string, Thing>();
  for (const thing of things) {
    if (thing.id === OUTSIDE || found.has(thing.id))
      throw new RangeError(`id "${thing.id}" is taken`);
    found.set(thing.id, thing);
  }
  return found;
}

/** A table that gives every place one vertex, and draws rings with its ids. */
function vertexTable(stepsPerUnit: number) {
  const vertices = new Map<VertexId, Point>();
  const ids = new Map<string, VertexId>();
  const vertexAt = ([x, y]: Point): VertexId => {
    const place = onGrid([x * stepsPerUnit, y * stepsPerUnit]);
    const id = ids.get(placeKey(place)) ?? ids.size;
    ids.set(placeKey(place), id);
    vertices.set(id, place);
    return id;
  };
  const placeOf = (id: VertexId): Point => vertices.get(id) ?? [0, 0];
  const drawn = (rings: readonly (readonly Point[])[]) =>
    rings.map((ring, i) => turned(ring.map(vertexAt), placeOf, i === 0));
  return { vertices, placeOf, drawn };
}

/** A ring without repetitions, turned left if it is an outer one, else right. */
export function turned(drawn: Ring, placeOf: (id: VertexId) => Point, outer: boolean): Ring {
  const open = drawn.filter((id, at) => id !== drawn[(at + 1) % drawn.length]);
  return doubleArea(open.map(placeOf)) > 0 === outer ? open : open.toReversed();
}

/** The rings of the ground beyond the outermost borders, and of the places that no cell covers. */
function ringsAround(faces: readonly Face[], placeOf: (id: VertexId) => Point): Ring[] {
  const edges = new Map(
    faces.flatMap(edgesOf).map(([from, to]) => [edgeKey(from, to), [from, to] as const]),
  );
  const free = [...edges.values()].flatMap(([from, to]): DirectedEdge[] =>
    edges.has(edgeKey(to, from)) ? [] : [[to, from]],
  );
  return traceWalks(free, placeOf).flatMap((walk) => walk.rings);
}
