import type { Ring, VertexId } from "./partition";
import { isBetween, onGrid, type Point, same, side } from "./point";
import { pairs, placeInArea } from "./ring";

/** Where a line meets an edge: on it, or at its first vertex when the places are equal. */
export interface Hit {
  readonly along: number;
  readonly place: Point;
  readonly edge: readonly [VertexId, VertexId];
}

type PlaceOf = (id: VertexId) => Point;

/** The parts of a line that run through ground from border to border; loose ends are left out. */
export function chordsOf(
  rings: readonly Ring[],
  placeOf: PlaceOf,
  line: readonly Point[],
): Point[][] {
  const hits = apart(edgeHits(rings, placeOf, line));
  const doubled = rings.map((ring) => ring.map((id) => double(placeOf(id), placeOf(id))));
  return hits.slice(1).flatMap((end, i) => {
    const start = hits[i];
    if (start === undefined) return [];
    const middle = line.filter((_, j) => j > start.along && j < end.along);
    const inner = middle.filter((place) => !(same(place, start.place) || same(place, end.place)));
    const next = inner[0] ?? end.place;
    // The middle of a segment is on the grid of half steps, where the test stays exact.
    const inside = placeInArea(doubled, double(start.place, next)) === 1;
    return inside ? [[start.place, ...inner, end.place]] : [];
  });
}

/** The sum of two places: twice the one in the middle, on the grid of half steps. */
export function double(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1]];
}

/** All meetings of a line with the edges of some rings, in order along the line. */
export function edgeHits(rings: readonly Ring[], placeOf: PlaceOf, line: readonly Point[]): Hit[] {
  const hits: Hit[] = [];
  for (const edge of rings.flatMap((ring) => [...pairs(ring)])) {
    const ends = [placeOf(edge[0]), placeOf(edge[1])] as const;
    for (const [i, from] of line.entries()) {
      const to = line[i + 1] ?? from;
      const share = meeting(from, to, ...ends);
      if (share !== null) hits.push({ along: i + share.along, place: share.place, edge });
    }
  }
  return hits.sort((a, b) => a.along - b.along);
}

/** Meetings in order, each place once in a row. */
function apart(hits: readonly Hit[]): Hit[] {
  return hits.filter((hit, i) => !same(hit.place, hits[i - 1]?.place ?? [Number.NaN, 0]));
}

/** Where a part of the line meets an edge: at the edge's first end, at the part's first, or in between. */
function meeting(
  from: Point,
  to: Point,
  a: Point,
  b: Point,
): { readonly along: number; readonly place: Point } | null {
  if (!boxesTouch(from, to, a, b)) return null;
  if (side(from, to, a) === 0 && isBetween(from, to, a))
    return { along: share(from, to, a), place: a };
  if (side(a, b, from) === 0 && isBetween(a, b, from)) {
    return same(from, b) ? null : { along: 0, place: from };
  }
  const [toA, toB] = [side(from, to, a), side(from, to, b)];
  if (toA * toB >= 0 || side(a, b, from) * side(a, b, to) >= 0) return null;
  const [dx, dy, ex, ey] = [to[0] - from[0], to[1] - from[1], b[0] - a[0], b[1] - a[1]];
  const along = ((a[0] - from[0]) * ey - (a[1] - from[1]) * ex) / (dx * ey - dy * ex);
  return { along, place: onGrid([from[0] + along * dx, from[1] + along * dy]) };
}

function boxesTouch(from: Point, to: Point, a: Point, b: Point): boolean {
  return (
    Math.min(from[0], to[0]) <= Math.max(a[0], b[0]) &&
    Math.min(a[0], b[0]) <= Math.max(from[0], to[0]) &&
    Math.min(from[1], to[1]) <= Math.max(a[1], b[1]) &&
    Math.min(a[1], b[1]) <= Math.max(from[1], to[1])
  );
}

function share(from: Point, to: Point, place: Point): number {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return length === 0 ? 0 : Math.hypot(place[0] - from[0], place[1] - from[1]) / length;
}
