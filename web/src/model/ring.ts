import type { VertexId } from "./partition";
import { isBetween, type Point, side } from "./point";

/** Each neighbouring pair of a closed ring, the last joined to the first. */
export function* pairs<T>(ring: readonly T[]): Generator<readonly [T, T]> {
  let before = ring.at(-1);
  for (const item of ring) {
    if (before !== undefined) yield [before, item];
    before = item;
  }
}

/** Twice the enclosed area in square steps: positive when the ring turns left. */
export function doubleArea(ring: readonly Point[]): number {
  const [x0, y0] = ring[0] ?? [0, 0];
  let sum = 0;
  for (const [a, b] of pairs(ring)) {
    sum += (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0);
  }
  return sum;
}

/** Where a place lies to a ring: 1 inside, 0 on it, -1 outside; exact. */
export function placeInRing(ring: readonly Point[], place: Point): -1 | 0 | 1 {
  let inside = false;
  for (const [a, b] of pairs(ring)) {
    const turn = side(a, b, place);
    if (turn === 0 && isBetween(a, b, place)) return 0;
    const rises = a[1] <= place[1] && b[1] > place[1];
    const falls = b[1] <= place[1] && a[1] > place[1];
    if ((rises && turn > 0) || (falls && turn < 0)) inside = !inside;
  }
  return inside ? 1 : -1;
}

/** Where a place lies to an area with holes, the first ring being its outer one. */
export function placeInArea(rings: readonly (readonly Point[])[], place: Point): -1 | 0 | 1 {
  const [outer = [], ...holes] = rings;
  const where = placeInRing(outer, place);
  if (where !== 1) return where;
  for (const hole of holes) {
    const inHole = placeInRing(hole, place);
    if (inHole === 0) return 0;
    if (inHole === 1) return -1;
  }
  return 1;
}

/** Whether a ring lies in another one: told by its first vertex that is not on that one's line. */
export function ringInRing(inner: readonly Point[], outer: readonly Point[]): boolean {
  for (const place of inner) {
    const where = placeInRing(outer, place);
    if (where !== 0) return where === 1;
  }
  return false;
}

/** Whether one vertex comes right after another one in a ring. */
export function follows(ring: readonly VertexId[], from: VertexId, to: VertexId): boolean {
  const at = ring.indexOf(from);
  return at >= 0 && ring[(at + 1) % ring.length] === to;
}

/** A ring with vertices put on one of its directed edges. */
export function insertAfter(
  ring: readonly VertexId[],
  from: VertexId,
  to: VertexId,
  inner: readonly VertexId[],
): VertexId[] {
  return [...pairs(ring)].flatMap(([a, b]) => (a === from && b === to ? [...inner, b] : [b]));
}
