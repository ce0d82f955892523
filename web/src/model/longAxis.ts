import { type Point, side } from "./point";
import { pairs } from "./ring";

/**
 * The direction of the longer side of the smallest rectangle around some places: eastward, or
 * northward where it is steep, as the server's library turns it.
 */
export function longAxis(places: readonly Point[]): readonly [number, number] {
  const hull = hullOf(places);
  let [best, least] = [[1, 0] as readonly [number, number], Infinity];
  for (const [a, b] of pairs(hull)) {
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length === 0) continue;
    const axis = [(b[0] - a[0]) / length, (b[1] - a[1]) / length] as const;
    const across = [-axis[1], axis[0]] as const;
    const [long, wide] = [extent(hull, axis), extent(hull, across)];
    const isAxis = long === wide ? isSteep(axis) : long > wide;
    if (long * wide < least) [best, least] = [isAxis ? axis : across, long * wide];
  }
  const turned = isSteep(best) ? best[1] < 0 : best[0] < 0;
  return turned ? [-best[0], -best[1]] : best;
}

function isSteep([x, y]: readonly [number, number]): boolean {
  return Math.abs(y) > Math.abs(x);
}

function extent(places: readonly Point[], [x, y]: readonly [number, number]): number {
  const reach = places.map((place) => place[0] * x + place[1] * y);
  return Math.max(...reach) - Math.min(...reach);
}

/** The convex hull, turning left. */
function hullOf(places: readonly Point[]): Point[] {
  const ordered = places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (all: readonly Point[]): Point[] => {
    const hull: Point[] = [];
    for (const place of all) {
      for (;;) {
        const [a, b] = hull.slice(-2);
        if (a === undefined || b === undefined || side(a, b, place) > 0) break;
        hull.pop();
      }
      hull.push(place);
    }
    return hull.slice(0, -1);
  };
  return [...chain(ordered), ...chain(ordered.toReversed())];
}
