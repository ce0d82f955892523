import { OUTSIDE, type Ring, type VertexId } from "./partition";
import type { Point } from "./point";
import { doubleArea, ringInRing } from "./ring";

export type ShapeFault =
  | "SHORT_RING"
  | "REPEATED_VERTEX"
  | "WRONG_TURN"
  | "HOLE_OUTSIDE"
  | "CUT_INTERIOR";

/** A fault of one face's rings, with the vertex to look at. */
export interface FaultAt {
  readonly code: ShapeFault;
  readonly vertex: VertexId | undefined;
}

type PlaceOf = (id: VertexId) => Point;

/** All that is wrong with the rings of one face by themselves; the outside may have any simple rings. */
export function shapeFaults(id: string, rings: readonly Ring[], placeOf: PlaceOf): FaultAt[] {
  const faults = rings.flatMap((ring) => ringFaults(ring));
  if (id === OUTSIDE) return faults;
  if (rings.length === 0) return [{ code: "SHORT_RING", vertex: undefined }];
  const places = rings.map((ring) => ring.map(placeOf));
  const report = (code: ShapeFault, index: number) => {
    faults.push({ code, vertex: rings[index]?.[0] });
  };
  places.forEach((ring, i) => {
    const area = doubleArea(ring);
    if (i === 0 ? area <= 0 : area >= 0) report("WRONG_TURN", i);
    if (i > 0 && !holeFits(places, i)) report("HOLE_OUTSIDE", i);
  });
  const cut = cutVertex(rings);
  if (cut !== undefined) faults.push({ code: "CUT_INTERIOR", vertex: cut });
  return faults;
}

function ringFaults(ring: Ring): FaultAt[] {
  const faults: FaultAt[] = [];
  if (ring.length < 3) faults.push({ code: "SHORT_RING", vertex: ring[0] });
  const seen = new Set<VertexId>();
  for (const vertex of ring) {
    if (seen.has(vertex)) faults.push({ code: "REPEATED_VERTEX", vertex });
    seen.add(vertex);
  }
  return faults;
}

/** Whether a hole lies in the outer ring and in no other hole. */
function holeFits(places: readonly (readonly Point[])[], index: number): boolean {
  const hole = places[index] ?? [];
  return places.every((ring, i) => i === index || ringInRing(hole, ring) === (i === 0));
}

/** Where rings that touch close a chain, which cuts the interior in two; rings may touch otherwise. */
function cutVertex(rings: readonly Ring[]): VertexId | undefined {
  const group = rings.map((_, i) => i);
  const root = (i: number): number => {
    const up = group[i] ?? i;
    return up === i ? i : root(up);
  };
  const firstWith = new Map<VertexId, number>();
  for (const [i, ring] of rings.entries()) {
    for (const vertex of new Set(ring)) {
      const other = firstWith.get(vertex);
      if (other === undefined) firstWith.set(vertex, i);
      else if (root(other) === root(i)) return vertex;
      else group[root(i)] = root(other);
    }
  }
  return undefined;
}
