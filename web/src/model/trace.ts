import type { Ring, VertexId } from "./partition";
import { type Point, side } from "./point";
import { type EdgeKey, edgeKey } from "./topology";

export type DirectedEdge = readonly [from: VertexId, to: VertexId];
type PlaceOf = (id: VertexId) => Point;

/** One connected part of the border of an area: its directed edges, and the simple rings they make. */
export interface Walk {
  readonly edges: ReadonlySet<EdgeKey>;
  readonly rings: readonly Ring[];
}

/** Follow directed edges, the area to their left, into walks; edges that close no walk are left out. */
export function traceWalks(edges: readonly DirectedEdge[], placeOf: PlaceOf): Walk[] {
  const onward = new Map<VertexId, VertexId[]>();
  for (const [from, to] of edges) {
    const ends = onward.get(from);
    if (ends === undefined) onward.set(from, [to]);
    else ends.push(to);
  }
  const walks: Walk[] = [];
  for (const [from, to] of edges) {
    const path = takeWalk(from, to, onward, placeOf);
    if (path === null) continue;
    const keys = path.map((id, i) => edgeKey(id, path[(i + 1) % path.length] ?? id));
    walks.push({ edges: new Set(keys), rings: simpleRings(path) });
  }
  return walks;
}

/** Take the walk that starts with one edge out of the edges left; null when it is gone or a dead end. */
function takeWalk(
  start: VertexId,
  second: VertexId,
  onward: Map<VertexId, VertexId[]>,
  placeOf: PlaceOf,
): VertexId[] | null {
  if (!take(onward, start, second)) return null;
  const path = [start];
  let [from, at] = [start, second];
  for (;;) {
    const next = firstClockwise(placeOf, from, at, [
      ...(onward.get(at) ?? []),
      ...(at === start ? [second] : []),
    ]);
    if (at === start && next === second) return path;
    if (next === undefined) return null;
    path.push(at);
    take(onward, at, next);
    [from, at] = [at, next];
  }
}

function take(onward: Map<VertexId, VertexId[]>, from: VertexId, to: VertexId): boolean {
  const ends = onward.get(from) ?? [];
  const index = ends.indexOf(to);
  if (index >= 0) ends.splice(index, 1);
  return index >= 0;
}

/** The end first met when turning clockwise from the way we came: it bounds the same corner of the area. */
function firstClockwise(
  placeOf: PlaceOf,
  from: VertexId,
  at: VertexId,
  ends: readonly VertexId[],
): VertexId | undefined {
  if (ends.length < 2) return ends[0];
  const [back, here] = [placeOf(from), placeOf(at)];
  const ranked = ends.map((id) => ({
    id,
    place: placeOf(id),
    rank: quarter(here, back, placeOf(id)),
  }));
  ranked.sort((a, b) => a.rank - b.rank || side(here, a.place, b.place));
  return ranked[0]?.id;
}

/** How far clockwise a place lies from the way back: right of it, opposite, left of it, straight back. */
function quarter(here: Point, back: Point, place: Point): number {
  const turn = side(here, back, place);
  if (turn !== 0) return turn < 0 ? 0 : 2;
  const ahead =
    (back[0] - here[0]) * (place[0] - here[0]) + (back[1] - here[1]) * (place[1] - here[1]);
  return ahead < 0 ? 1 : 3;
}

/** Cut a walk at each vertex that it passes again, so that a hole pinned to its outer ring is a ring. */
function simpleRings(path: readonly VertexId[]): Ring[] {
  const rings: Ring[] = [];
  const open: VertexId[] = [];
  for (const id of path) {
    const before = open.indexOf(id);
    if (before >= 0) rings.push(open.splice(before));
    open.push(id);
  }
  rings.push(open);
  return rings;
}
