import { type Change, type Refusal, refuse } from "./change";
import { Draft } from "./draft";
import type { Partition, VertexId } from "./partition";
import { onGrid, type Point } from "./point";
import { prove } from "./prove";
import { communitiesAt, placeKey, topologyOf } from "./topology";

/** Move a vertex, and with it every face that has it; the border of a community stays where it is. */
export function moveVertex(partition: Partition, vertex: VertexId, to: Point): Change | Refusal {
  const place = onGrid(to);
  if (!partition.vertices.has(vertex)) return refuse("EDIT_NO_VERTEX", [vertex], place);
  const there = topologyOf(partition).vertexAt.get(placeKey(place));
  const draft = new Draft(partition);
  if (there === vertex) return draft.toChange("move_border");
  const communities = communitiesAt(partition, vertex);
  if (communities.size > 1) {
    const from = partition.vertices.get(vertex) ?? null;
    return refuse("EDIT_OTHER_COMMUNITY", [...communities].sort(), from);
  }
  if (there !== undefined) return refuse("EDIT_OVERLAP", [there], place);
  draft.move(vertex, place);
  return prove(draft) ?? draft.toChange("move_border");
}
