import { type Refusal, refuse } from "./change";
import { having } from "./counts";
import type { Draft } from "./draft";
import { refuseLocked } from "./move";
import type { ConflictId, FaceId } from "./partition";
import { cellNamed, isRefusal } from "./regroup";

/** Give a cell another name. */
export function rename(draft: Draft, id: FaceId, name: string): Refusal | null {
  const cell = cellNamed(draft, id);
  if (isRefusal(cell)) return cell;
  const locked = refuseLocked(draft, [id]);
  if (locked === null) having(draft, id, { name });
  return locked;
}

/** Lock a cell against edits, or open it again; neighbours may still put junctions on its border. */
export function lock(draft: Draft, id: FaceId, locked: boolean): Refusal | null {
  const cell = cellNamed(draft, id);
  if (isRefusal(cell)) return cell;
  having(draft, id, { locked });
  return null;
}

/** Set the status of a conflict. */
export function settle(draft: Draft, id: ConflictId, status: string): Refusal | null {
  const conflict = draft.conflicts.get(id);
  if (conflict === undefined) return refuse("EDIT_UNKNOWN_ID", [id]);
  const attributes = { ...conflict.attributes, status };
  draft.conflicts.set(id, { ...conflict, attributes });
  return null;
}
