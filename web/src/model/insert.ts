import { type Change, type Refusal, refuse } from "./change";
import { Draft } from "./draft";
import { type Partition, placeOf, type VertexId } from "./partition";
import { onGrid, type Point } from "./point";
import { prove } from "./prove";
import { edgeKey, placeKey, topologyOf } from "./topology";

/** Put a vertex on an edge, in the faces on both sides, at the edge's nearest place on the grid. */
export function insertVertex(
  partition: Partition,
  [from, to]: readonly [VertexId, VertexId],
  near: Point,
): Change | Refusal {
  const asked = onGrid(near);
  const { left, vertexAt } = topologyOf(partition);
  if (!(left.has(edgeKey(from, to)) || left.has(edgeKey(to, from)))) {
    return refuse("EDIT_NO_VERTEX", [from, to], asked);
  }
  const place = nearestOn(placeOf(partition, from), placeOf(partition, to), asked);
  const there = vertexAt.get(placeKey(place));
  if (there !== undefined) return refuse("EDIT_OVERLAP", [there], place);
  const draft = new Draft(partition);
  draft.insertOnEdge(from, to, [draft.vertexAt(place)]);
  return prove(draft) ?? draft.toChange("insert_vertex");
}

/** The place on a segment nearest to another place, rounded to the grid. */
function nearestOn(a: Point, b: Point, place: Point): Point {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = ((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / (dx * dx + dy * dy);
  const share = Math.min(1, Math.max(0, along));
  return onGrid([a[0] + share * dx, a[1] + share * dy]);
}
