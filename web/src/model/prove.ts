import { type Refusal, refuse } from "./change";
import { clash, type Edge, edgeOf } from "./crossing";
import type { Draft } from "./draft";
import type { FaceId, Partition } from "./partition";
import { pairs } from "./ring";
import { shapeFaults } from "./shape";
import { edgeKey, topologyOf } from "./topology";

/** Prove what a draft has written, given that its base is valid; null when it is. */
export function prove(draft: Draft): Refusal | null {
  for (const face of draft.touchedFaces) {
    const [fault] = shapeFaults(face.id, face.rings, draft.placeOf);
    if (fault === undefined) continue;
    const place = fault.vertex === undefined ? null : draft.placeOf(fault.vertex);
    return refuse(
      fault.code === "CUT_INTERIOR" ? "EDIT_MULTIPART" : "EDIT_OVERLAP",
      [face.id],
      place,
    );
  }
  const fresh = freshEdges(draft);
  for (const { edge: other, face } of edgesOf(draft)) {
    const edge = fresh.find((one) => clash(one, other));
    if (edge !== undefined) return refuse("EDIT_OVERLAP", [face], meetingPlace(edge, other));
  }
  return null;
}

/** The end that the other edge is likely to be seen at: one that is no vertex of the fresh edge. */
function meetingPlace(fresh: Edge, other: Edge): Edge["ends"][0] {
  return fresh.ids.includes(other.ids[0]) ? other.ends[1] : other.ends[0];
}

/** The edges of a draft that its base does not have at that place. */
function freshEdges(draft: Draft): Edge[] {
  const { left } = topologyOf(draft.base);
  const isFresh = ({ ids: [a, b] }: Edge): boolean =>
    draft.touchedVertices.has(a) ||
    draft.touchedVertices.has(b) ||
    !(left.has(edgeKey(a, b)) || left.has(edgeKey(b, a)));
  const touched = {
    vertices: draft.vertices,
    faces: new Map(draft.touchedFaces.map((f) => [f.id, f])),
  };
  const seen = new Set<string>();
  return [...edgesOf(touched, () => true)].flatMap(({ edge }) => {
    const [a, b] = edge.ids;
    const key = edgeKey(Math.min(a, b), Math.max(a, b));
    if (seen.has(key) || !isFresh(edge)) return [];
    seen.add(key);
    return [edge];
  });
}

/** The edges of all faces; of the two directions of an edge the one from the lower id, unless told else. */
function* edgesOf(
  { vertices, faces }: Partition,
  wanted: (from: number, to: number) => boolean = (from, to) => from < to,
): Generator<{ edge: Edge; face: FaceId }> {
  for (const { id, rings } of faces.values()) {
    for (const ring of rings) {
      for (const [from, to] of pairs(ring)) {
        if (!wanted(from, to)) continue;
        const [a, b] = [vertices.get(from), vertices.get(to)];
        if (a !== undefined && b !== undefined) yield { edge: edgeOf(from, to, a, b), face: id };
      }
    }
  }
}
