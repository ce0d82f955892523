import { type Change, type Refusal, refuse } from "./change";
import { Draft } from "./draft";
import { type Face, type FaceId, type NewFace, OUTSIDE, type Partition } from "./partition";
import { doubleArea, pairs } from "./ring";
import { edgeKey, topologyOf } from "./topology";
import { type DirectedEdge, traceWalks } from "./trace";

/** Merge neighbouring faces of one community: the borders they share cancel. */
export function mergeFaces(
  partition: Partition,
  ids: readonly FaceId[],
  into: NewFace,
): Change | Refusal {
  const faces = ids.flatMap((id) => (id === OUTSIDE ? [] : (partition.faces.get(id) ?? [])));
  const merged = new Set(ids);
  const [first] = faces;
  if (first === undefined || faces.length < ids.length) {
    return refuse(
      "EDIT_UNKNOWN_ID",
      ids.filter((id) => id === OUTSIDE || !partition.faces.has(id)),
    );
  }
  if (merged.size < 2 || merged.size < ids.length) return refuse("EDIT_NOT_ADJACENT", ids);
  if (partition.faces.has(into.id) && !merged.has(into.id)) {
    return refuse("EDIT_DUPLICATE_ID", [into.id]);
  }
  if (faces.some(({ community }) => community !== first.community)) {
    return refuse("EDIT_OTHER_COMMUNITY", ids);
  }
  const draft = new Draft(partition);
  const rings = outerBorder(draft, faces, merged);
  const outer = rings.filter((ring) => doubleArea(ring.map(draft.placeOf)) > 0);
  if (outer.length !== 1) return refuse("EDIT_NOT_ADJACENT", ids);
  for (const id of ids) draft.removeFace(id);
  const holes = rings.filter((ring) => ring !== outer[0]);
  draft.setFace({ ...into, community: first.community, rings: [...outer, ...holes] });
  dropUnused(draft, faces, merged, new Set(rings.flat()));
  return draft.toChange("merge");
}

/** The rings of the edges of some faces that none of the others has on its other side. */
function outerBorder(draft: Draft, faces: readonly Face[], merged: ReadonlySet<FaceId>) {
  const { left } = topologyOf(draft.base);
  const edges: DirectedEdge[] = faces
    .flatMap(({ rings }) => rings.flatMap((ring) => [...pairs(ring)]))
    .filter(([from, to]) => !merged.has(left.get(edgeKey(to, from)) ?? OUTSIDE));
  return traceWalks(edges, draft.placeOf).flatMap((walk) => walk.rings);
}

/** Take out the vertices that only the merged faces had and that lie inside now. */
function dropUnused(
  draft: Draft,
  faces: readonly Face[],
  merged: ReadonlySet<FaceId>,
  kept: ReadonlySet<number>,
): void {
  const { facesAt } = topologyOf(draft.base);
  for (const vertex of new Set(faces.flatMap(({ rings }) => rings.flat()))) {
    const users = [...(facesAt.get(vertex) ?? [])];
    if (!kept.has(vertex) && users.every((id) => merged.has(id))) draft.removeVertex(vertex);
  }
}
