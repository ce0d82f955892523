import { clashes, type Edge, edgeOf } from "./crossing";
import { type FaceId, OUTSIDE, type Partition } from "./partition";
import type { Point } from "./point";
import { doubleArea, pairs, placeInArea } from "./ring";
import { type EdgeKey, edgeKey } from "./topology";
import { type Ground, type Violation, violation } from "./violation";

/** Each directed edge has one face to its left, and so has its reverse; edges meet at shared ends only. */
export function edgeFaults(partition: Partition, drawn: readonly Ground[]): Violation[] {
  const found: Violation[] = [];
  const left = new Map<EdgeKey, FaceId>();
  const edges = new Map<EdgeKey, Edge>();
  const directed = drawn.flatMap(({ id, rings }) =>
    rings.flatMap((ring) => [...pairs(ring)].map(([from, to]) => ({ id, from, to }))),
  );
  for (const { id, from, to } of directed) {
    const other = left.get(edgeKey(from, to));
    if (other !== undefined) found.push(violation(partition, "OVERLAP", [other, id], [from, to]));
    left.set(edgeKey(from, to), id);
    const [low, high] = from < to ? [from, to] : [to, from];
    const [a, b] = [partition.vertices.get(low), partition.vertices.get(high)];
    if (a !== undefined && b !== undefined) edges.set(edgeKey(low, high), edgeOf(low, high, a, b));
  }
  for (const { id, from, to } of directed) {
    if (!left.has(edgeKey(to, from))) found.push(violation(partition, "GAP", [id], [from, to]));
  }
  for (const [one, two] of clashes([...edges.values()])) {
    found.push(violation(partition, "CROSSING", [], [...one.ids, ...two.ids]));
  }
  return found;
}

/** An island's border is the hole of one face only: no other face may lie under it. */
export function nestedFaults(partition: Partition, drawn: readonly Ground[]): Violation[] {
  const placesOf = (rings: Ground["rings"]): Point[][] =>
    rings.map((ring) => ring.map((id): Point => partition.vertices.get(id) ?? [0, 0]));
  const areas = drawn
    .filter(({ id }) => id !== OUTSIDE)
    .map(({ id, rings }) => ({
      id,
      rings,
      used: new Set(rings.flat()),
      places: placesOf(rings),
    }));
  return drawn.flatMap((face) => {
    const islands = face.rings.filter((ring) => doubleArea(placesOf([ring])[0] ?? []) < 0);
    return islands.flatMap(([vertex = -1]) => {
      const place = partition.vertices.get(vertex) ?? [0, 0];
      return areas
        .filter(({ rings, used }) => rings !== face.rings && !used.has(vertex))
        .filter(({ places }) => placeInArea(places, place as Point) === 1)
        .map(({ id }) => violation(partition, "OVERLAP", [face.id, id], [vertex]));
    });
  });
}
