import { away, awayFrom, nearestOn } from "./lines";
import { OUTSIDE, type Partition, placeOf, type VertexId } from "./partition";
import { onGrid, type Point } from "./point";
import { STEPS } from "./rules";
import { boxOf, squaresOf, wider } from "./squares";
import { atomsNear, cellsAt, edgeKey, edgesOf, topologyOf } from "./topology";

/** What a place may snap to, each by a switch of its own. */
export interface SnapTo {
  readonly vertices?: boolean;
  readonly borders?: boolean;
  /** Borders of atoms inside cells. */
  readonly blocks?: boolean;
  /** Other lines, such as roads. */
  readonly lines?: Lines | undefined;
  /** A vertex that is being dragged: neither it nor its edges attract it. */
  readonly except?: VertexId | undefined;
}

/** Where a place snaps to. */
export interface Snap {
  readonly kind: "vertex" | "border" | "block" | "line";
  readonly place: Point;
  readonly vertex?: VertexId;
}

type Segment = readonly [Point, Point];
/** Segments that can be looked up by place. */
export type Lines = ReadonlyMap<string, readonly Segment[]>;

const SQUARE = 100 * STEPS;

/** Lines in metres of the plan's CRS, to snap to. */
export function linesOf(lines: Iterable<readonly (readonly [number, number])[]>): Lines {
  const squares = new Map<string, Segment[]>();
  for (const line of lines) {
    const places = line.map(([x, y]) => onGrid([x * STEPS, y * STEPS]));
    for (const [i, b] of places.entries()) {
      const a = places[i - 1];
      if (a === undefined) continue;
      for (const key of squaresOf(boxOf([a, b]), SQUARE)) {
        squares.set(key, [...(squares.get(key) ?? []), [a, b]]);
      }
    }
  }
  return squares;
}

/** Where a place in steps snaps to within some metres: to a vertex if one is there, else to the nearest line. */
export function snap(partition: Partition, near: Point, within_m: number, to: SnapTo): Snap | null {
  const within = within_m * STEPS;
  const edges = edgesNear(partition, near, within, to);
  const ends = to.vertices === true ? new Set(edges.flatMap(({ ids }) => ids)) : [];
  const found: (Snap & { gap: number })[] = [];
  for (const vertex of ends) {
    const place = placeOf(partition, vertex);
    found.push({ kind: "vertex", place, vertex, gap: away(place, near) });
  }
  if (!found.some(({ gap }) => gap <= within)) {
    for (const { kind, segment } of edges) {
      if (kind === "block" ? to.blocks === true : to.borders === true)
        found.push(onto(kind, segment, near));
    }
    found.push(
      ...segmentsNear(to.lines, near, within).map((segment) => onto("line", segment, near)),
    );
  }
  const [best] = found.filter(({ gap }) => gap <= within).sort((a, b) => a.gap - b.gap);
  if (best === undefined) return null;
  const { gap: _gap, ...snapped } = best;
  return snapped;
}

function onto(kind: Snap["kind"], [a, b]: Segment, near: Point): Snap & { gap: number } {
  return { kind, place: nearestOn(a, b, near), gap: awayFrom(a, b, near) };
}

interface NearEdge {
  readonly kind: "border" | "block";
  readonly ids: readonly [VertexId, VertexId];
  readonly segment: Segment;
}

/** The edges of cells and atoms that may be within some steps of a place, each once. */
function edgesNear(partition: Partition, near: Point, within: number, to: SnapTo): NearEdge[] {
  const topology = topologyOf(partition);
  const atoms = [...atomsNear(topology, wider(boxOf([near]), within))].sort();
  const found = new Map<number, NearEdge>();
  for (const [a, b] of atoms.flatMap((id) => edgesOf(partition.atoms.get(id) ?? { rings: [] }))) {
    if (a === to.except || b === to.except) continue;
    const sides = [edgeKey(a, b), edgeKey(b, a)].map((key) => topology.left.get(key) ?? OUTSIDE);
    const [one, two] = sides.map((id) => partition.atoms.get(id)?.cell);
    const kind = one === two ? "block" : "border";
    if (kind === "block" && to.blocks !== true) continue;
    const segment = [placeOf(partition, a), placeOf(partition, b)] as const;
    found.set(edgeKey(Math.min(a, b), Math.max(a, b)), { kind, ids: [a, b], segment });
  }
  return [...found.values()];
}

function segmentsNear(lines: Lines | undefined, near: Point, within: number): Segment[] {
  const keys = squaresOf(wider(boxOf([near]), within), SQUARE);
  return [...new Set(keys.flatMap((key) => lines?.get(key) ?? []))];
}

/** Whether a vertex is one of the borders of cells, not only of atoms inside one. */
export function isOnBorder(partition: Partition, vertex: VertexId): boolean {
  return cellsAt(partition, vertex).length > 1;
}
