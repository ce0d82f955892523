import { clashes, type Edge, edgeOf } from "./crossing";
import { type Face, type FaceId, OUTSIDE, type Partition, type VertexId } from "./partition";
import { isOnGrid, type Point } from "./point";
import { doubleArea, pairs, placeInArea } from "./ring";
import { type ShapeFault, shapeFaults } from "./shape";
import { edgeKey, placeKey } from "./topology";

export type ViolationCode =
  | ShapeFault
  | "UNKNOWN_VERTEX"
  | "UNUSED_VERTEX"
  | "OFF_GRID"
  | "SAME_PLACE"
  | "WRONG_KEY"
  | "CROSSING"
  | "GAP"
  | "OVERLAP";

/** What is wrong, the faces and vertices concerned, and where to look, if anywhere. */
export interface Violation {
  readonly code: ViolationCode;
  readonly faces: readonly FaceId[];
  readonly vertices: readonly VertexId[];
  readonly place: Point | null;
}

/** All that keeps a partition from covering its area once, without gap or overlap; none when valid. */
export function validate(partition: Partition): Violation[] {
  const found: Violation[] = [...vertexFaults(partition), ...faceFaults(partition)];
  // Faces that cannot be drawn are reported above; the rest is still measured.
  const drawn = [...partition.faces.values()].filter((face) => canDraw(partition, face));
  found.push(...edgeFaults(partition, drawn), ...nestedFaults(partition, drawn));
  return found;
}

function violation(
  partition: Partition,
  code: ViolationCode,
  faces: readonly FaceId[],
  vertices: readonly VertexId[],
): Violation {
  return { code, faces, vertices, place: partition.vertices.get(vertices[0] ?? -1) ?? null };
}

function vertexFaults(partition: Partition): Violation[] {
  const found: Violation[] = [];
  const used = new Set([...partition.faces.values()].flatMap(({ rings }) => rings.flat()));
  const firstAt = new Map<string, VertexId>();
  for (const [id, place] of partition.vertices) {
    const there = firstAt.get(placeKey(place));
    if (there === undefined) firstAt.set(placeKey(place), id);
    else found.push(violation(partition, "SAME_PLACE", [], [there, id]));
    if (!isOnGrid(place)) found.push(violation(partition, "OFF_GRID", [], [id]));
    if (!used.has(id)) found.push(violation(partition, "UNUSED_VERTEX", [], [id]));
  }
  return found;
}

function faceFaults(partition: Partition): Violation[] {
  const found: Violation[] = [];
  for (const [key, face] of partition.faces) {
    if (key !== face.id) found.push(violation(partition, "WRONG_KEY", [key, face.id], []));
    const unknown = new Set(face.rings.flat().filter((id) => !partition.vertices.has(id)));
    if (unknown.size > 0) {
      found.push(violation(partition, "UNKNOWN_VERTEX", [face.id], [...unknown]));
    }
    if (!canDraw(partition, face)) continue;
    const placeOf = (id: VertexId): Point => partition.vertices.get(id) ?? [0, 0];
    for (const { code, vertex } of shapeFaults(face.id, face.rings, placeOf)) {
      found.push(violation(partition, code, [face.id], vertex === undefined ? [] : [vertex]));
    }
  }
  return found;
}

function canDraw({ vertices }: Partition, face: Face): boolean {
  return face.rings.flat().every((id) => isOnGrid(vertices.get(id) ?? [Number.NaN, 0]));
}

/** Each directed edge has one face to its left, and so has its reverse; edges meet at shared ends only. */
function edgeFaults(partition: Partition, drawn: readonly Face[]): Violation[] {
  const found: Violation[] = [];
  const left = new Map<string, FaceId>();
  const edges = new Map<string, Edge>();
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
function nestedFaults(partition: Partition, drawn: readonly Face[]): Violation[] {
  const placesOf = (rings: Face["rings"]): Point[][] =>
    rings.map((ring) => ring.map((id): Point => partition.vertices.get(id) ?? [0, 0]));
  const areas = drawn
    .filter(({ id }) => id !== OUTSIDE)
    .map(({ id, rings }) => ({ id, used: new Set(rings.flat()), places: placesOf(rings) }));
  return drawn.flatMap((face) => {
    const islands = face.rings.filter((ring) => doubleArea(placesOf([ring])[0] ?? []) < 0);
    return islands.flatMap(([vertex = -1]) => {
      const place = partition.vertices.get(vertex) ?? [0, 0];
      return areas
        .filter(({ id, used }) => id !== face.id && !used.has(vertex))
        .filter(({ places }) => placeInArea(places, place as Point) === 1)
        .map(({ id }) => violation(partition, "OVERLAP", [face.id, id], [vertex]));
    });
  });
}
