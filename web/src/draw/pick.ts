import { borderOf } from "../model/border";
import { Draft } from "../model/draft";
import { type Atom, type AtomId, OUTSIDE, type Partition, type VertexId } from "../model/partition";
import type { Point } from "../model/point";
import { placeInArea } from "../model/ring";
import { atomsNear, cellsAt, edgeKey, edgesOf, topologyOf } from "../model/topology";

/** A border that was met: its end vertices, and the place on it nearest to the one asked. */
export interface MetBorder {
  readonly from: VertexId;
  readonly to: VertexId;
  readonly place: Point;
}

/** The vertex of a cell's border nearest to a place, within so many steps. */
export function nearestVertex(
  partition: Partition,
  place: Point,
  reach: number,
  but: VertexId | null = null,
): VertexId | null {
  let [best, least] = [null as VertexId | null, reach];
  for (const atom of atomsAround(partition, place, reach)) {
    for (const id of atom.rings.flat()) {
      const gap = distance(partition.vertices.get(id), place);
      if (gap < least && id !== but && cellsAt(partition, id).length > 1) [best, least] = [id, gap];
    }
  }
  return best;
}

/** The border of a cell nearest to a place, within so many steps. */
export function nearestBorder(partition: Partition, place: Point, reach: number): MetBorder | null {
  let [best, least] = [null as MetBorder | null, reach];
  for (const atom of atomsAround(partition, place, reach)) {
    for (const [from, to] of edgesOf(atom)) {
      const met = footOn(partition.vertices.get(from), partition.vertices.get(to), place);
      const gap = distance(met, place);
      if (gap < least && isBorder(partition, from, to))
        [best, least] = [{ from, to, place: met }, gap];
    }
  }
  return best;
}

/** The vertices of the whole border that an edge is part of, from junction to junction. */
export function wholeBorder(partition: Partition, { from, to }: MetBorder): VertexId[] {
  return borderOf(new Draft(partition), from, to);
}

/** The atom at a place, if any. */
export function atomAt(partition: Partition, place: Point): Atom | null {
  const inside = atomsAround(partition, place, 1).find(
    ({ rings }) => placeInArea(ringsOf(partition, rings), place) >= 0,
  );
  return inside ?? null;
}

/** The vertices of a cell in the order of its rings. */
export function verticesOf(partition: Partition, cell: string): VertexId[] {
  return partition.faces.get(cell)?.rings.flat() ?? [];
}

function atomsAround(partition: Partition, [x, y]: Point, reach: number): Atom[] {
  const ids: Set<AtomId> = atomsNear(topologyOf(partition), [
    x - reach,
    y - reach,
    x + reach,
    y + reach,
  ]);
  return [...ids].flatMap((id) => (id === OUTSIDE ? [] : (partition.atoms.get(id) ?? [])));
}

function isBorder(partition: Partition, from: VertexId, to: VertexId): boolean {
  const { left } = topologyOf(partition);
  const cellOf = (a: VertexId, b: VertexId) =>
    partition.atoms.get(left.get(edgeKey(a, b)) ?? OUTSIDE)?.cell ?? OUTSIDE;
  return cellOf(from, to) !== cellOf(to, from);
}

function ringsOf(partition: Partition, rings: Atom["rings"]): Point[][] {
  return rings.map((ring) => ring.map((id) => partition.vertices.get(id) ?? [0, 0]));
}

function footOn(a: Point = [0, 0], b: Point = a, place: Point = a): Point {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length2 = dx * dx + dy * dy || 1;
  const share = ((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / length2;
  const along = Math.min(1, Math.max(0, share));
  return [Math.round(a[0] + along * dx), Math.round(a[1] + along * dy)];
}

function distance(a: Point | undefined, b: Point): number {
  return a === undefined ? Number.POSITIVE_INFINITY : Math.hypot(a[0] - b[0], a[1] - b[1]);
}
