import { type Face, type Partition, placeOf, type VertexId } from "./partition";
import { isBetween, onGrid, type Point, same, side } from "./point";
import { pairs, placeInArea } from "./ring";

/** Where a line meets the border of a face: on an edge, or at its first vertex when the places are equal. */
export interface Hit {
  readonly along: number;
  readonly place: Point;
  readonly edge: readonly [VertexId, VertexId];
}

/** A part of a line that runs inside a face from border to border. */
export interface Chord {
  readonly start: Hit;
  readonly middle: readonly Point[];
  readonly end: Hit;
}

/** The parts of a line that run through a face; loose ends inside it are no cut and are left out. */
export function chordsOf(partition: Partition, face: Face, line: readonly Point[]): Chord[] {
  const hits = borderHits(partition, face, line);
  const doubled = face.rings.map((ring) =>
    ring.map((id) => double(placeOf(partition, id), placeOf(partition, id))),
  );
  return hits.slice(1).flatMap((end, i) => {
    const start = hits[i];
    if (start === undefined) return [];
    const middle = line.filter((_, j) => j > start.along && j < end.along);
    const inner = middle.filter((place) => !(same(place, start.place) || same(place, end.place)));
    const next = inner[0] ?? end.place;
    // The middle of a segment is on the grid of half steps, where the test stays exact.
    const inside = placeInArea(doubled, double(start.place, next)) === 1;
    return inside ? [{ start, middle: inner, end }] : [];
  });
}

function double(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1]];
}

/** All meetings of a line with the border of a face, in order along the line, each place once. */
function borderHits(partition: Partition, face: Face, line: readonly Point[]): Hit[] {
  const hits: Hit[] = [];
  for (const edge of face.rings.flatMap((ring) => [...pairs(ring)])) {
    const ends = [placeOf(partition, edge[0]), placeOf(partition, edge[1])] as const;
    for (const [i, from] of line.entries()) {
      const to = line[i + 1] ?? from;
      const share = meeting(from, to, ...ends);
      if (share !== null) hits.push({ along: i + share.along, place: share.place, edge });
    }
  }
  hits.sort((a, b) => a.along - b.along);
  return hits.filter((hit, i) => !same(hit.place, hits[i - 1]?.place ?? [Number.NaN, 0]));
}

/** Where a part of the line meets an edge: at the edge's first end, at the part's first, or in between. */
function meeting(
  from: Point,
  to: Point,
  a: Point,
  b: Point,
): { readonly along: number; readonly place: Point } | null {
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

function share(from: Point, to: Point, place: Point): number {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return length === 0 ? 0 : Math.hypot(place[0] - from[0], place[1] - from[1]) / length;
}
