import { isBetween, onGrid, type Point, same, segmentsMeet, side } from "./point";
import { placeInArea } from "./ring";
import { SNAP_STEPS } from "./rules";

/** A line led through the vertices that it passes within a centimetre, no place twice in a row. */
export function snappedLine(line: readonly Point[], vertices: readonly Point[]): Point[] {
  const drawn = distinct(line.map((place) => nearest(vertices, place) ?? place));
  const onLine = new Set(drawn.map((place) => place.join()));
  const inner: Point[][] = drawn.map(() => []);
  for (const vertex of vertices) {
    if (onLine.has(vertex.join())) continue;
    const segment = nearestSegment(drawn, vertex);
    if (segment >= 0) inner[segment]?.push(vertex);
    if (segment >= 0) onLine.add(vertex.join());
  }
  return drawn.flatMap((place, i) => [
    place,
    ...(inner[i] ?? []).toSorted((a, b) => away(place, a) - away(place, b)),
  ]);
}

/** Where a line crosses itself inside an area, if it does. */
export function crossingItself(
  line: readonly Point[],
  area: readonly (readonly Point[])[],
): Point | null {
  for (const [i, a] of line.entries()) {
    for (let j = i + 2; j + 1 < line.length; j++) {
      const [b, c, d] = [line[i + 1], line[j], line[j + 1]];
      if (b === undefined || c === undefined || d === undefined || !segmentsMeet(a, b, c, d))
        continue;
      if (i === 0 && j + 2 === line.length && same(a, d)) continue; // a ring that closes
      const place = onGrid(meetingOf(a, b, c, d));
      if (placeInArea(area, place) === 1) return place;
    }
  }
  return null;
}

/** The place on a segment nearest to another place, rounded to the grid. */
export function nearestOn(a: Point, b: Point, place: Point): Point {
  const share = shareOf(a, b, place);
  return onGrid([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]);
}

/** How far a place is from a segment, in steps. */
export function awayFrom(a: Point, b: Point, place: Point): number {
  const share = shareOf(a, b, place);
  return Math.hypot(
    place[0] - a[0] - share * (b[0] - a[0]),
    place[1] - a[1] - share * (b[1] - a[1]),
  );
}

/** How far two places are apart, in steps. */
export function away(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The length of a line up to each of its places, in steps. */
export function lengthsAlong(line: readonly Point[]): number[] {
  let sum = 0;
  return line.map((place, i) => {
    sum += i === 0 ? 0 : away(line[i - 1] ?? place, place);
    return sum;
  });
}

/** The place so far along a line, not rounded. */
export function placeAlong(line: readonly Point[], lengths: readonly number[], far: number): Point {
  const i = Math.max(
    1,
    lengths.findIndex((length) => length >= far),
  );
  const [a, b] = [line[i - 1] ?? [0, 0], line[i] ?? [0, 0]];
  const [from, to] = [lengths[i - 1] ?? 0, lengths[i] ?? 0];
  const share = to > from ? Math.min(1, (far - from) / (to - from)) : 0;
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}

/** Places without repetitions in a row. */
export function distinct(line: readonly Point[]): Point[] {
  return line.filter((place, i) => i === 0 || !same(place, line[i - 1] ?? place));
}

function shareOf(a: Point, b: Point, place: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length2 = dx * dx + dy * dy;
  if (length2 === 0) return 0;
  const share = ((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / length2;
  return Math.min(1, Math.max(0, share));
}

function nearest(vertices: readonly Point[], place: Point): Point | undefined {
  const near = vertices.filter((vertex) => away(vertex, place) <= SNAP_STEPS);
  return near.toSorted((a, b) => away(a, place) - away(b, place))[0];
}

function nearestSegment(line: readonly Point[], vertex: Point): number {
  let [best, least] = [-1, SNAP_STEPS];
  for (const [i, a] of line.entries()) {
    const b = line[i + 1];
    const gap = b === undefined ? Infinity : awayFrom(a, b, vertex);
    if (gap <= least) [best, least] = [i, gap];
  }
  return best;
}

function meetingOf(a: Point, b: Point, c: Point, d: Point): Point {
  if (side(a, b, c) === 0 && isBetween(a, b, c)) return c;
  if (side(a, b, d) === 0 && isBetween(a, b, d)) return d;
  const [dx, dy, ex, ey] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const cross = dx * ey - dy * ex;
  const along = cross === 0 ? 0 : ((c[0] - a[0]) * ey - (c[1] - a[1]) * ex) / cross;
  return [a[0] + along * dx, a[1] + along * dy];
}
