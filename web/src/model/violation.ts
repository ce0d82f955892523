import type { FaceId, Partition, Ring, VertexId } from "./partition";
import type { Point } from "./point";
import type { ShapeFault } from "./shape";

export type ViolationCode =
  | ShapeFault
  | "UNKNOWN_VERTEX"
  | "UNUSED_VERTEX"
  | "OFF_GRID"
  | "SAME_PLACE"
  | "WRONG_KEY"
  | "CROSSING"
  | "GAP"
  | "OVERLAP"
  | "ATOMS";

/** What is wrong, the faces and vertices concerned, and where to look, if anywhere. */
export interface Violation {
  readonly code: ViolationCode;
  readonly faces: readonly FaceId[];
  readonly vertices: readonly VertexId[];
  readonly place: Point | null;
}

/** Something with rings: a cell, or an atom, which is reported by its cell. */
export interface Ground {
  readonly id: FaceId;
  readonly rings: readonly Ring[];
}

/** Make a violation, to be seen at its first vertex. */
export function violation(
  partition: Partition,
  code: ViolationCode,
  faces: readonly FaceId[],
  vertices: readonly VertexId[],
): Violation {
  return { code, faces, vertices, place: partition.vertices.get(vertices[0] ?? -1) ?? null };
}
