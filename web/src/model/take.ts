import { type Refusal, refuse } from "./change";
import { doubleAreaOf, groupsOf } from "./cutting";
import type { Draft } from "./draft";
import { refuseLocked } from "./move";
import type { AtomId, Conflict, FaceId } from "./partition";
import { regroup } from "./regroup";
import { RULES, STEPS } from "./rules";
import { beyond, cutByStrip, middleOf, underStrip } from "./strip";

/**
 * Give the strip of a conflict to the cell beyond it. Where the server knows the lines the department
 * drew, it follows these instead: ask it (`edits/try`) to see what will be saved.
 */
export function take(draft: Draft, conflict: Conflict, department: string): Refusal | null {
  const named = String(conflict.attributes.departments ?? "").split(";");
  if (!named.includes(department)) return refuse("EDIT_UNKNOWN_ID", [department]);
  const moves: [FaceId, FaceId][] = [];
  const under = underStrip(draft, conflict);
  if (under.length === 0) return refuse("EDIT_UNKNOWN_ID", [conflict.id], middleOf(conflict));
  for (const cell of under) {
    const other = beyond(draft, cell, conflict);
    if (other === null) return refuse("EDIT_NOT_ADJACENT", [cell], middleOf(conflict));
    moves.push([cell, other]);
  }
  const homes = new Map<AtomId, FaceId>();
  for (const [cell, other] of moves) {
    const locked = refuseLocked(draft, [cell, other]);
    if (locked !== null) return locked;
    const taken = cutByStrip(draft, cell, conflict);
    for (const id of [...taken, ...crumbs(draft, cell, taken)]) homes.set(id, other);
  }
  return regroup(draft, homes);
}

/** The bits of a cell that a strip cuts off from it; they go with the strip. */
function crumbs(draft: Draft, cell: FaceId, taken: readonly AtomId[]): AtomId[] {
  const left = draft
    .atomsOf(cell)
    .map(({ id }) => id)
    .filter((id) => !taken.includes(id));
  const groups = groupsOf(draft, { atoms: left, edges: new Set(), paths: [] });
  const least = 2 * RULES.edit_crumb_m2 * STEPS * STEPS;
  return groups.length < 2 ? [] : groups.filter((g) => doubleAreaOf(draft, g) < least).flat();
}
