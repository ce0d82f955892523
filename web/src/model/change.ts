import type { Atom, Conflict, Face, FaceId, VertexId } from "./partition";
import type { Point } from "./point";

export type Operation =
  | "split"
  | "split_k"
  | "merge"
  | "move_border"
  | "reassign"
  | "rename"
  | "insert_vertex"
  | "weld"
  | "move_line"
  | "lock"
  | "resolve";

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

/** What goes and what comes; what is drawn or told anew is in both. */
export interface Swap<Thing> {
  readonly removed: readonly Thing[];
  readonly added: readonly Thing[];
}

/** One edit as a value: undo, redo, save and audit are lists of these. */
export interface Change {
  readonly kind: "change";
  readonly op: Operation | "saved";
  readonly vertices: Swap<PlacedVertex> & { readonly moved: readonly MovedVertex[] };
  readonly atoms: Swap<Atom>;
  readonly faces: Swap<Face>;
  readonly conflicts: Swap<Conflict>;
  /** Cells whose ground, border or attributes differ after it, by id; some may be gone. */
  readonly cells: readonly FaceId[];
}

export type RefusalCode =
  | "EDIT_LINE_NOT_CROSSING"
  | "EDIT_NOT_ADJACENT"
  | "EDIT_OTHER_COMMUNITY"
  | "EDIT_UNKNOWN_ID"
  | "EDIT_NO_VERTEX"
  | "EDIT_OVERLAP"
  | "EDIT_MULTIPART"
  | "EDIT_DUPLICATE_ID"
  | "EDIT_LOCKED"
  | "EDIT_RESOLVED"
  | "EDIT_STALE"
  | "EDIT_SYNTAX";

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
