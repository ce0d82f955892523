import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { awayFrom } from "./lines";
import { type FaceId, OUTSIDE, type VertexId } from "./partition";
import { onGrid, type Point, same } from "./point";
import { SNAP_STEPS } from "./rules";
import { edgesOf } from "./topology";

/** Move the vertex at a place, and with it all that has it. */
export function moveBorder(draft: Draft, from: Point, to: Point): Refusal | null {
  const vertex = draft.vertexNear(from, SNAP_STEPS);
  if (vertex === undefined) return refuse("EDIT_NO_VERTEX", [], onGrid(from));
  const place = onGrid(to);
  const start = draft.placeOf(vertex);
  if (same(place, start)) return null;
  const refusal = lockedAt(draft, vertex) ?? leavesCommunity(draft, vertex, place);
  if (refusal !== null) return refusal;
  const there = draft.vertexNear(place, SNAP_STEPS);
  if (there !== undefined && there !== vertex) {
    return refuse("EDIT_OVERLAP", [there], draft.placeOf(there));
  }
  draft.move(vertex, place);
  return null;
}

/** The cells that have a vertex on their own border, by id. */
export function cellsWith(draft: Draft, vertex: VertexId): FaceId[] {
  const ids = [...new Set(draft.atomsAt(vertex).map(({ cell }) => cell))];
  if (ids.length > 1) return ids.filter((id) => id !== OUTSIDE).sort();
  return []; // inside a cell: a junction of its atoms
}

/** Refuse where one of the cells at a vertex is locked. */
export function lockedAt(draft: Draft, vertex: VertexId): Refusal | null {
  return refuseLocked(draft, cellsWith(draft, vertex));
}

/** Refuse where one of some cells is locked. */
export function refuseLocked(draft: Draft, ids: readonly FaceId[]): Refusal | null {
  const locked = ids.filter((id) => draft.faces.was(id)?.attributes.locked === true);
  return locked.length === 0 ? null : refuse("EDIT_LOCKED", locked);
}

/** Refuse a move that would bend a border that must stay; along a straight one a vertex may slide. */
export function leavesCommunity(draft: Draft, vertex: VertexId, to: Point): Refusal | null {
  const joined = fixedBorderAt(draft, vertex);
  if (joined.length === 0) return null;
  const [a, b] = joined.map(draft.placeOf);
  if (joined.length === 2 && a !== undefined && b !== undefined) {
    const inside = [a, b].every((end) => Math.hypot(to[0] - end[0], to[1] - end[1]) > 1);
    const straight = awayFrom(a, b, draft.placeOf(vertex)) <= 1 && awayFrom(a, b, to) <= 1;
    if (inside && straight) return null;
  }
  const communities = new Set(draft.atomsAt(vertex).map((atom) => communityOf(draft, atom.cell)));
  return refuse("EDIT_OTHER_COMMUNITY", [...communities].sort(), draft.placeOf(vertex));
}

/**
 * The vertices that a vertex is joined with along borders no edit may bend: those of communities;
 * where communities move along, only the outer border.
 */
function fixedBorderAt(draft: Draft, vertex: VertexId): VertexId[] {
  const ends = new Set<VertexId>();
  for (const atom of draft.atomsAt(vertex)) {
    for (const [from, to] of edgesOf(atom)) {
      if (from !== vertex && to !== vertex) continue;
      if (isFixed(draft, draft.leftOf(to, from)?.cell, atom.cell)) {
        ends.add(from === vertex ? to : from);
      }
    }
  }
  return [...ends];
}

/** Whether no edit may bend the border of two cells. */
function isFixed(draft: Draft, one: FaceId | undefined, other: FaceId): boolean {
  const sides = [communityOf(draft, one), communityOf(draft, other)];
  return sides[0] !== sides[1] && (!draft.withParents || sides.includes(OUTSIDE));
}

/** The community of a cell; the outside counts as one. */
export function communityOf(draft: Draft, cell: FaceId | undefined): string {
  return draft.faces.get(cell ?? OUTSIDE)?.community ?? OUTSIDE;
}
