import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { awayFrom, nearestOn } from "./lines";
import { OUTSIDE, type VertexId } from "./partition";
import { onGrid, type Point } from "./point";
import { RULES, SNAP_STEPS, STEPS } from "./rules";
import { boxOf, wider } from "./squares";
import { atomsNear, edgesOf } from "./topology";

/** Put a vertex on the nearest border, on both sides, at its place nearest to another one. */
export function insertVertex(draft: Draft, near: Point): Refusal | null {
  const reach = RULES.edit_reach_m * STEPS;
  const edge = nearestEdge(draft, near, reach);
  if (edge === null) return refuse("EDIT_NO_VERTEX", [], onGrid(near));
  const [from, to] = edge;
  const place = nearestOn(draft.placeOf(from), draft.placeOf(to), near);
  const there = draft.vertexNear(place, SNAP_STEPS);
  if (there !== undefined) return refuse("EDIT_OVERLAP", [there], draft.placeOf(there));
  draft.insertOnEdge(from, to, [draft.vertexAt(place)]);
  return null;
}

/** The edge nearest to a place within some steps; of several the one that begins farthest west. */
function nearestEdge(draft: Draft, near: Point, within: number): [VertexId, VertexId] | null {
  const ids = new Set([
    ...atomsNear(draft.topology, wider(boxOf([near]), within)),
    ...draft.atoms.written,
  ]);
  ids.delete(OUTSIDE);
  let [best, least] = [null as [VertexId, VertexId] | null, within];
  for (const [a, b] of [...ids].flatMap((id) => edgesOf(draft.atoms.get(id) ?? { rings: [] }))) {
    const edge: [VertexId, VertexId] = isBefore(draft.placeOf(b), draft.placeOf(a))
      ? [b, a]
      : [a, b];
    const gap = awayFrom(draft.placeOf(edge[0]), draft.placeOf(edge[1]), near);
    if (gap > least) continue;
    if (gap === least && best !== null && !edgeBefore(draft, edge, best)) continue;
    [best, least] = [edge, gap];
  }
  return best;
}

function edgeBefore(draft: Draft, one: [VertexId, VertexId], two: [VertexId, VertexId]): boolean {
  if (one[0] !== two[0]) return isBefore(draft.placeOf(one[0]), draft.placeOf(two[0]));
  return isBefore(draft.placeOf(one[1]), draft.placeOf(two[1]));
}

function isBefore(a: Point, b: Point): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
