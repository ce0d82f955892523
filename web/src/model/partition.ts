import type { Point } from "./point";

export type VertexId = number;
export type FaceId = string;
export type AtomId = string;
export type ConflictId = string;
/** Vertex ids in order, the last joined to the first; the ground lies to the left. */
export type Ring = readonly VertexId[];
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** One cell of the grid: its outer ring turns left, its holes turn right. */
export interface Face {
  readonly id: FaceId;
  readonly community: string;
  readonly rings: readonly Ring[];
  readonly attributes: Attributes;
}

/** A block of ground that belongs to one cell as a whole, unless an edit cuts it. */
export interface Atom {
  readonly id: AtomId;
  readonly cell: FaceId;
  readonly households: number;
  readonly rings: readonly Ring[];
}

/** Ground about which departments disagree. */
export interface Conflict {
  readonly id: ConflictId;
  readonly attributes: Attributes;
  readonly polygons: readonly (readonly (readonly Point[])[])[];
}

/** One vertex table; atoms are rings of its ids that tile the ground, cells are made of atoms. */
export interface Partition {
  readonly vertices: ReadonlyMap<VertexId, Point>;
  readonly faces: ReadonlyMap<FaceId, Face>;
  readonly atoms: ReadonlyMap<AtomId, Atom>;
  readonly conflicts: ReadonlyMap<ConflictId, Conflict>;
  /** Whether the plan has atoms; else each cell began as one, and the server knows none. */
  readonly ownAtoms: boolean;
}

/** The face of all that is not ours: with it every edge has two sides, so a gap shows as a missing one. */
export const OUTSIDE: FaceId = "";

/** The faces that are cells, in the order of their ids. */
export function cells(partition: Partition): Face[] {
  const all = [...partition.faces.values()].filter((face) => face.id !== OUTSIDE);
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The place of a vertex; an id that is not in the table is a bug of the caller. */
export function placeOf(partition: Partition, id: VertexId): Point {
  const place = partition.vertices.get(id);
  if (place === undefined) throw new RangeError(`no vertex ${id}`);
  return place;
}

/** The places of a ring. */
export function ringPlaces(partition: Partition, ring: Ring): Point[] {
  return ring.map((id) => placeOf(partition, id));
}

/** The places of all rings of a face or an atom. */
export function facePlaces(partition: Partition, face: { rings: readonly Ring[] }): Point[][] {
  return face.rings.map((ring) => ringPlaces(partition, ring));
}
