import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { leavesCommunity, lockedAt } from "./move";
import { onGrid, type Point } from "./point";
import { SNAP_STEPS } from "./rules";

/** Put the vertex at one place onto the vertex at another, in all that has it. */
export function weld(draft: Draft, from: Point, to: Point): Refusal | null {
  const vertex = draft.vertexNear(from, SNAP_STEPS);
  if (vertex === undefined) return refuse("EDIT_NO_VERTEX", [], onGrid(from));
  const goal = draft.vertexNear(to, SNAP_STEPS);
  if (goal === undefined) return refuse("EDIT_NO_VERTEX", [], onGrid(to));
  if (vertex === goal) return null;
  const refusal = lockedAt(draft, vertex) ?? leavesCommunity(draft, vertex, draft.placeOf(goal));
  if (refusal !== null) return refusal;
  draft.redraw([vertex], (ring) => {
    const drawn = ring.map((id) => (id === vertex ? goal : id));
    return drawn.filter((id, i) => id !== drawn[(i + 1) % drawn.length]);
  });
  draft.vertices.delete(vertex);
  return null;
}
