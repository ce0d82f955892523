import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { outline, parts } from "./outline";
import type { AtomId, FaceId } from "./partition";
import { cellNamed, isRefusal, regroup } from "./regroup";

/** Move an atom from its cell into one that borders it, in the same community. */
export function reassign(draft: Draft, atomId: AtomId, cellId: FaceId): Refusal | null {
  const atom = draft.base.ownAtoms && atomId !== "" ? draft.atoms.get(atomId) : undefined;
  if (atom === undefined) return refuse("EDIT_UNKNOWN_ID", [atomId]);
  const goal = cellNamed(draft, cellId);
  if (isRefusal(goal)) return goal;
  if (atom.cell === cellId) return null;
  const place = draft.placeOf(atom.rings[0]?.[0] ?? -1);
  if (draft.faces.get(atom.cell)?.community !== goal.community) {
    return refuse("EDIT_OTHER_COMMUNITY", [atomId, cellId], place);
  }
  const together = outline([atom, ...draft.atomsOf(cellId)], draft.placeOf);
  if (parts(together, draft.placeOf).length > 1) {
    return refuse("EDIT_NOT_ADJACENT", [atomId, cellId], place);
  }
  if (draft.atomsOf(atom.cell).length === 1) return refuse("EDIT_MULTIPART", [atom.cell], place);
  return regroup(draft, new Map([[atomId, cellId]]));
}
