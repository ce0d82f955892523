import type { VertexId } from "./partition";
import { isBetween, type Point, same, segmentsMeet, side } from "./point";

/** An edge with its ends and its extent from west to east. */
export interface Edge {
  readonly ids: readonly [VertexId, VertexId];
  readonly ends: readonly [Point, Point];
  readonly west: number;
  readonly east: number;
}

/** Make an edge. */
export function edgeOf(a: VertexId, b: VertexId, placeA: Point, placeB: Point): Edge {
  const [west, east] = placeA[0] < placeB[0] ? [placeA[0], placeB[0]] : [placeB[0], placeA[0]];
  return { ids: [a, b], ends: [placeA, placeB], west, east };
}

/** The pairs of edges that meet anywhere but at an end they share, found by a sweep from west to east. */
export function clashes(edges: readonly Edge[]): [Edge, Edge][] {
  const found: [Edge, Edge][] = [];
  let open: Edge[] = [];
  for (const edge of edges.toSorted((a, b) => a.west - b.west)) {
    open = open.filter((other) => other.east >= edge.west);
    for (const other of open) if (clash(edge, other)) found.push([other, edge]);
    open.push(edge);
  }
  return found;
}

/** Whether two edges meet anywhere but at an end they share. */
export function clash(one: Edge, two: Edge): boolean {
  if (one.east < two.west || two.east < one.west) return false;
  const [[a, b], [c, d]] = [one.ends, two.ends];
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1])) return false;
  if (Math.max(c[1], d[1]) < Math.min(a[1], b[1])) return false;
  const [aId, bId] = one.ids;
  const [cId, dId] = two.ids;
  if (aId === cId) return bId !== dId && overlapsFrom(a, b, d);
  if (aId === dId) return bId !== cId && overlapsFrom(a, b, c);
  if (bId === cId) return overlapsFrom(b, a, d);
  if (bId === dId) return overlapsFrom(b, a, c);
  return segmentsMeet(a, b, c, d);
}

/** Whether two edges that leave one vertex lie on each other. */
function overlapsFrom(hub: Point, one: Point, two: Point): boolean {
  if (side(hub, one, two) !== 0) return false;
  return same(one, two) || isBetween(hub, one, two) || isBetween(hub, two, one);
}
