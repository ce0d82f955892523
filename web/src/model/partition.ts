import type { Point } from "./point";

export type VertexId = number;
export type FaceId = string;
/** Vertex ids in order, the last joined to the first; the face lies to the left. */
export type Ring = readonly VertexId[];
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** One cell of the grid: its outer ring turns left, its holes turn right. */
export interface Face {
  readonly id: FaceId;
  readonly community: string;
  readonly rings: readonly Ring[];
  readonly attributes: Attributes;
}

/** What a new face is called and carries; counts are the caller's, the model knows only shapes. */
export interface NewFace {
  readonly id: FaceId;
  readonly attributes: Attributes;
}

/** One vertex table and faces as rings of its ids: neighbours share a border, never copy it. */
export interface Partition {
  readonly vertices: ReadonlyMap<VertexId, Point>;
  readonly faces: ReadonlyMap<FaceId, Face>;
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

/** The places of all rings of a face. */
export function facePlaces(partition: Partition, face: Face): Point[][] {
  return face.rings.map((ring) => ringPlaces(partition, ring));
}
