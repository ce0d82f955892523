import { type Refusal, refuse } from "./change";
import { count } from "./counts";
import type { Draft } from "./draft";
import { refuseLocked } from "./move";
import { outline, parts } from "./outline";
import type { Face, FaceId } from "./partition";
import { cellNamed, isRefusal, newCell, refuseTaken, regroup } from "./regroup";

/** Make one cell of several neighbours of one community; it is named after the most populous one. */
export function merge(draft: Draft, ids: readonly FaceId[], newId: FaceId): Refusal | null {
  const cells: Face[] = [];
  for (const id of ids) {
    const cell = cellNamed(draft, id);
    if (isRefusal(cell)) return cell;
    cells.push(cell);
  }
  if (new Set(ids).size < ids.length) return refuse("EDIT_NOT_ADJACENT", ids);
  const refusal = refuseLocked(draft, ids) ?? refuseTaken(draft, [newId], ids);
  if (refusal !== null) return refusal;
  const [first] = cells;
  if (first === undefined) return refuse("EDIT_UNKNOWN_ID", ids);
  if (cells.some(({ community }) => community !== first.community)) {
    return refuse("EDIT_OTHER_COMMUNITY", ids);
  }
  const atoms = ids.flatMap((id) => draft.atomsOf(id));
  const [, apart] = parts(outline(atoms, draft.placeOf), draft.placeOf);
  if (apart !== undefined) return refuse("EDIT_NOT_ADJACENT", ids, draft.placeOf(apart[0] ?? -1));
  const households = (face: Face) => count(face.attributes, "households");
  const main = cells.reduce((a, b) => (households(b) > households(a) ? b : a), first);
  const kept = cells.find(({ id }) => id === newId);
  const made = newCell(main, newId, String(main.attributes.name ?? ""));
  const code = (kept ?? made).attributes.code ?? newId;
  const whole = { ...made, attributes: { ...made.attributes, code } };
  return regroup(draft, new Map(atoms.map((atom) => [atom.id, newId])), [whole]);
}
