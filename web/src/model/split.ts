import { type Change, type Refusal, refuse } from "./change";
import { type Chord, chordsOf, type Hit } from "./chords";
import { Draft } from "./draft";
import {
  type Face,
  type FaceId,
  type NewFace,
  OUTSIDE,
  type Partition,
  placeOf,
  type VertexId,
} from "./partition";
import { onGrid, type Point, same } from "./point";
import { prove } from "./prove";
import { doubleArea, pairs, ringInRing } from "./ring";
import { edgeKey } from "./topology";
import { type DirectedEdge, traceWalks, type Walk } from "./trace";

type Path = readonly VertexId[];

/** Split a face by a line that crosses it; neighbours get the new junctions too. */
export function splitFace(
  partition: Partition,
  id: FaceId,
  line: readonly Point[],
  [left, right]: readonly [left: NewFace, right: NewFace],
): Change | Refusal {
  const face = partition.faces.get(id);
  if (face === undefined || id === OUTSIDE) return refuse("EDIT_UNKNOWN_ID", [id]);
  const taken = [left, right].find((piece) => piece.id !== id && partition.faces.has(piece.id));
  if (taken !== undefined) return refuse("EDIT_DUPLICATE_ID", [taken.id]);
  if (left.id === right.id) return refuse("EDIT_DUPLICATE_ID", [left.id]);
  const places = line
    .map(onGrid)
    .filter((place, i, all) => i === 0 || !same(place, all[i - 1] ?? place));
  return cut(partition, face, chordsOf(partition, face, places), [left, right], places[0] ?? null);
}

/** Cut along the chords; those with one piece on both sides cut nothing, and the rest are tried alone. */
function cut(
  partition: Partition,
  face: Face,
  chords: readonly Chord[],
  pieces: readonly [NewFace, NewFace],
  place: Point | null,
): Change | Refusal {
  const draft = new Draft(partition);
  const paths = drawChords(draft, chords);
  const first = paths[0];
  if (first === undefined) return refuse("EDIT_LINE_NOT_CROSSING", [face.id], place);
  const walks = walksOf(draft, face.id, paths);
  const cutting = chords.filter((_, i) => !isBridge(walks, paths[i] ?? []));
  if (cutting.length < chords.length) return cut(partition, face, cutting, pieces, place);
  const parts = partsOf(draft, walks);
  if (parts.length < 2) return refuse("EDIT_LINE_NOT_CROSSING", [face.id], place);
  if (parts.length > 2) return refuse("EDIT_MULTIPART", [face.id], place);
  const key = edgeKey(first[0] ?? -1, first[1] ?? -1);
  const isLeft = (part: readonly Walk[]) => part.some((walk) => walk.edges.has(key));
  draft.removeFace(face.id);
  for (const part of parts) {
    const rings = part.flatMap((walk) => walk.rings);
    rings.sort((a, b) => area(draft, b) - area(draft, a));
    const piece = isLeft(part) ? pieces[0] : pieces[1];
    draft.setFace({ ...piece, community: face.community, rings });
  }
  return prove(draft) ?? draft.toChange("split");
}

/** Put the ends of the chords on their edges, in both faces, and give each chord as vertex ids. */
function drawChords(draft: Draft, chords: readonly Chord[]): Path[] {
  const byEdge = new Map<string, Hit[]>();
  for (const hit of chords.flatMap(({ start, end }) => [start, end])) {
    const [a, b] = hit.edge;
    const key = edgeKey(Math.min(a, b), Math.max(a, b));
    byEdge.set(key, [...(byEdge.get(key) ?? []), hit]);
  }
  for (const hits of byEdge.values()) insertHits(draft, hits);
  return chords.map(({ start, middle, end }) =>
    [start.place, ...middle, end.place].map((place) => draft.vertexAt(place)),
  );
}

/** Put the meetings with one edge on it, in order from its first end; its own ends are there already. */
function insertHits(draft: Draft, hits: readonly Hit[]): void {
  const [from, to] = hits[0]?.edge ?? [-1, -1];
  const start = placeOf(draft, from);
  const far = ({ place }: Hit) => Math.hypot(place[0] - start[0], place[1] - start[1]);
  const ids = hits.toSorted((a, b) => far(a) - far(b)).map(({ place }) => draft.vertexAt(place));
  const inner = [...new Set(ids)].filter((id) => id !== from && id !== to);
  if (inner.length > 0) draft.insertOnEdge(from, to, inner);
}

/** The borders of the pieces that a face falls into along some paths. */
function walksOf(draft: Draft, id: FaceId, paths: readonly Path[]): Walk[] {
  const rings = draft.faces.get(id)?.rings ?? [];
  const edges: DirectedEdge[] = rings.flatMap((ring) => [...pairs(ring)]);
  for (const path of paths) {
    for (const [i, to] of path.entries()) {
      const from = path[i - 1];
      if (from !== undefined) edges.push([from, to], [to, from]);
    }
  }
  return traceWalks(edges, draft.placeOf);
}

/** Whether a path has the same border of the same piece on both sides. */
function isBridge(walks: readonly Walk[], [from = -1, to = -1]: Path): boolean {
  return walks.some(({ edges }) => edges.has(edgeKey(from, to)) && edges.has(edgeKey(to, from)));
}

/** The walks of each piece: the one with its outer ring, then those of the holes that lie in it. */
function partsOf(draft: Draft, walks: readonly Walk[]): Walk[][] {
  const outerOf = (walk: Walk) => walk.rings.find((ring) => area(draft, ring) > 0);
  const places = (ring: Path | undefined) => (ring ?? []).map(draft.placeOf);
  const parts = walks.filter(outerOf).map((walk) => [walk]);
  for (const walk of walks) {
    if (outerOf(walk) !== undefined) continue;
    const hole = places(walk.rings[0]);
    parts
      .find(([outer]) => outer !== undefined && ringInRing(hole, places(outerOf(outer))))
      ?.push(walk);
  }
  return parts;
}

function area(draft: Draft, ring: Path): number {
  return doubleArea(ring.map(draft.placeOf));
}
