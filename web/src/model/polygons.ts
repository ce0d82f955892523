import {
  type Attributes,
  cells,
  type Face,
  OUTSIDE,
  type Partition,
  type VertexId,
} from "./partition";
import { onGrid, type Point } from "./point";
import { doubleArea, pairs } from "./ring";
import { edgeKey, placeKey } from "./topology";
import { type DirectedEdge, traceWalks } from "./trace";

/** A cell as files and HTTP carry it: closed rings of coordinates, the outer one first. */
export interface PolygonCell {
  readonly id: string;
  readonly community: string;
  readonly attributes: Attributes;
  readonly rings: readonly (readonly Point[])[];
}

/**
 * Build a partition on a grid of so many steps per unit (1000 for metres); judge it with `validate`.
 * A place that cells enclose becomes a ring of the outside: gap or enclave, only the community knows.
 */
export function fromPolygons(polygons: readonly PolygonCell[], stepsPerUnit: number): Partition {
  const vertices = new Map<VertexId, Point>();
  const ids = new Map<string, VertexId>();
  const vertexAt = ([x, y]: Point): VertexId => {
    const place = onGrid([x * stepsPerUnit, y * stepsPerUnit]);
    const id = ids.get(placeKey(place)) ?? ids.size;
    ids.set(placeKey(place), id);
    vertices.set(id, place);
    return id;
  };
  const placeOf = (id: VertexId): Point => vertices.get(id) ?? [0, 0];
  const faces = new Map<string, Face>();
  for (const { id, community, attributes, rings } of polygons) {
    if (id === OUTSIDE || faces.has(id)) throw new RangeError(`cell id "${id}" is taken`);
    const turned = rings.map((ring, i) => {
      const drawn = ring.map(vertexAt);
      const open = drawn.filter((id, at) => id !== drawn[(at + 1) % drawn.length]);
      const turnsLeft = doubleArea(open.map(placeOf)) > 0;
      return turnsLeft === (i === 0) ? open : open.toReversed();
    });
    faces.set(id, { id, community, attributes, rings: turned });
  }
  faces.set(OUTSIDE, outsideOf([...faces.values()], placeOf));
  return { vertices, faces };
}

/** The cells of a partition as polygons with closed rings, in the order of their ids. */
export function toPolygons(partition: Partition, stepsPerUnit: number): PolygonCell[] {
  const unit = (id: VertexId): Point => {
    const [x, y] = partition.vertices.get(id) ?? [Number.NaN, Number.NaN];
    return [x / stepsPerUnit, y / stepsPerUnit];
  };
  return cells(partition).map(({ id, community, attributes, rings }) => ({
    id,
    community,
    attributes,
    rings: rings.map((ring) => [...ring, ...ring.slice(0, 1)].map(unit)),
  }));
}

/** The face beyond the outermost borders, and in the places that no cell covers. */
function outsideOf(faces: readonly Face[], placeOf: (id: VertexId) => Point): Face {
  const edges = new Map<string, DirectedEdge>();
  for (const [from, to] of faces.flatMap(({ rings }) =>
    rings.flatMap((ring) => [...pairs(ring)]),
  )) {
    edges.set(edgeKey(from, to), [from, to]);
  }
  const free = [...edges.values()].flatMap(([from, to]): DirectedEdge[] =>
    edges.has(edgeKey(to, from)) ? [] : [[to, from]],
  );
  const rings = traceWalks(free, placeOf).flatMap((walk) => walk.rings);
  return { id: OUTSIDE, community: OUTSIDE, rings, attributes: {} };
}
