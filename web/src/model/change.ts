import type { Face, FaceId, VertexId } from "./partition";
import type { Point } from "./point";

export type Operation = "move_border" | "insert_vertex" | "split" | "merge";

/** A vertex with its place, as a change removes or adds it. */
export interface PlacedVertex {
  readonly id: VertexId;
  readonly place: Point;
}

/** A vertex that goes from one place to another. */
export interface MovedVertex {
  readonly id: VertexId;
  readonly from: Point;
  readonly to: Point;
}

/** One edit as a value: undo, redo, save and audit are lists of these. A redrawn face is removed and added. */
export interface Change {
  readonly kind: "change";
  readonly op: Operation;
  readonly vertices: {
    readonly removed: readonly PlacedVertex[];
    readonly added: readonly PlacedVertex[];
    readonly moved: readonly MovedVertex[];
  };
  readonly faces: { readonly removed: readonly Face[]; readonly added: readonly Face[] };
}

export type RefusalCode =
  | "EDIT_LINE_NOT_CROSSING"
  | "EDIT_NOT_ADJACENT"
  | "EDIT_OTHER_COMMUNITY"
  | "EDIT_UNKNOWN_ID"
  | "EDIT_NO_VERTEX"
  | "EDIT_OVERLAP"
  | "EDIT_MULTIPART"
  | "EDIT_DUPLICATE_ID";

/** Why an edit cannot be: a stable code, the ids concerned, and where to look, if anywhere. */
export interface Refusal {
  readonly kind: "refusal";
  readonly code: RefusalCode;
  readonly ids: readonly (FaceId | VertexId)[];
  readonly place: Point | null;
}

/** Make a refusal. */
export function refuse(
  code: RefusalCode,
  ids: readonly (FaceId | VertexId)[],
  place: Point | null = null,
): Refusal {
  return { kind: "refusal", code, ids, place };
}
