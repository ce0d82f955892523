import { type Refusal, refuse } from "./change";
import { doubleAreaOf } from "./cutting";
import type { Draft } from "./draft";
import { halves } from "./halves";
import { refuseLocked } from "./move";
import type { AtomId, Conflict, ConflictId } from "./partition";
import type { Point } from "./point";
import { isRefusal, regroup } from "./regroup";
import { sidesOf } from "./strip";
import { take } from "./take";
import { settle } from "./telling";
import { edgesOf } from "./topology";

const STATUS = { accept: "accepted", take: "taken", redraw: "redrawn" } as const;

/** What a person decides about a conflict. */
export interface Decision {
  readonly choice: keyof typeof STATUS;
  readonly department?: string | undefined;
  readonly line?: readonly Point[] | undefined;
}

/** Settle a conflict: leave the border, take the strip to the other side, or draw the border anew. */
export function resolve(draft: Draft, id: ConflictId, decision: Decision): Refusal | null {
  const { choice, department = "", line = [] } = decision;
  const conflict = draft.conflicts.get(id);
  if (conflict === undefined) return refuse("EDIT_UNKNOWN_ID", [id]);
  const status = conflict.attributes.status;
  if (status === "taken" || status === "redrawn") return refuse("EDIT_RESOLVED", [id]);
  if (choice !== "accept" && conflict.attributes.level === "community") {
    return refuse("EDIT_OTHER_COMMUNITY", [id]);
  }
  const refusal =
    choice === "take"
      ? take(draft, conflict, department)
      : choice === "redraw"
        ? redraw(draft, conflict, line)
        : null;
  return refusal ?? settle(draft, id, STATUS[choice]);
}

/** Cut along a line between the two cells, and give the cut-off piece at their border to the other. */
function redraw(draft: Draft, conflict: Conflict, line: readonly Point[]): Refusal | null {
  const sides = sidesOf(draft, conflict);
  if (isRefusal(sides)) return sides;
  const [cell, other] = sides;
  const locked = refuseLocked(draft, [cell, other].sort());
  if (locked !== null) return locked;
  const [giver, taker] = cuts(draft, cell, line) ? [cell, other] : [other, cell];
  const found = halves(
    draft,
    draft.atomsOf(giver).map(({ id }) => id),
    line,
    giver,
  );
  if (isRefusal(found)) return found;
  const touching = [found.left, found.right].filter((atoms) => touches(draft, atoms, taker));
  touching.sort((a, b) => doubleAreaOf(draft, a) - doubleAreaOf(draft, b));
  const [piece] = touching;
  if (piece === undefined) return refuse("EDIT_NOT_ADJACENT", [giver, taker], line[0] ?? null);
  return regroup(draft, new Map(piece.map((atom) => [atom, taker])));
}

/** Whether a line cuts a cell: tried on a copy. */
function cuts(draft: Draft, cell: string, line: readonly Point[]): boolean {
  const atoms = draft.atomsOf(cell).map(({ id }) => id);
  return !isRefusal(halves(draft.copy(), atoms, line, cell));
}

/** Whether some atoms have a border with a cell. */
function touches(draft: Draft, atoms: readonly AtomId[], cell: string): boolean {
  const own = atoms.flatMap((id) => draft.atoms.get(id) ?? []);
  return own.some((atom) => edgesOf(atom).some(([a, b]) => draft.leftOf(b, a)?.cell === cell));
}
