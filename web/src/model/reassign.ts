import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { outline, parts } from "./outline";
import { type AtomId, type FaceId, OUTSIDE } from "./partition";
import { cellNamed, isRefusal, regroup } from "./regroup";

/** Move an atom from its cell into one that borders it; in the same community, unless they move along. */
export function reassign(draft: Draft, atomId: AtomId, cellId: FaceId): Refusal | null {
  const atom = draft.base.ownAtoms && atomId !== "" ? draft.atoms.get(atomId) : undefined;
  if (atom === undefined) return refuse("EDIT_UNKNOWN_ID", [atomId]);
  const goal = cellNamed(draft, cellId);
  if (isRefusal(goal)) return goal;
  if (atom.cell === cellId) return null;
  const place = draft.placeOf(atom.rings[0]?.[0] ?? -1);
  const home = draft.faces.get(atom.cell)?.community ?? OUTSIDE;
  if (home !== goal.community && !draft.withParents) {
    return refuse("EDIT_OTHER_COMMUNITY", [atomId, cellId], place);
  }
  const together = outline([atom, ...draft.atomsOf(cellId)], draft.placeOf);
  if (parts(together, draft.placeOf).length > 1) {
    return refuse("EDIT_NOT_ADJACENT", [atomId, cellId], place);
  }
  if (draft.atomsOf(atom.cell).length === 1) return refuse("EDIT_MULTIPART", [atom.cell], place);
  const homes = new Map([[atomId, cellId]]);
  if (home === goal.community) return regroup(draft, homes);
  const before = partsOf(draft, home);
  const refusal = regroup(draft, homes);
  if (refusal !== null) return refusal;
  return partsOf(draft, home) > before ? refuse("EDIT_MULTIPART", [home], place) : null;
}

/** How many parts a community lies in. */
function partsOf(draft: Draft, community: string): number {
  const own = [...draft.base.faces.values()].filter((face) => face.community === community);
  const atoms = own.flatMap(({ id }) => draft.atomsOf(id));
  return parts(outline(atoms, draft.placeOf), draft.placeOf).length;
}
