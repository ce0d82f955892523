import type { Point } from "./point";
import { pairs } from "./ring";

/** A place inside an area: the middle of its widest stretch at half its height, as the server finds it. */
export function interiorPlace(rings: readonly (readonly Point[])[]): Point {
  const y = scanHeight(rings);
  const crossings = rings
    .flatMap((ring) => [...pairs(ring)])
    .flatMap(([a, b]) => crossingAt(a, b, y))
    .sort((a, b) => a - b);
  let [best, widest] = [rings[0]?.[0]?.[0] ?? 0, -1];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [from, to] = [crossings[i] ?? 0, crossings[i + 1] ?? 0];
    if (to - from > widest) [best, widest] = [(from + to) / 2, to - from];
  }
  return [best, y];
}

/** The height half way between the vertices next above and below the middle. */
function scanHeight(rings: readonly (readonly Point[])[]): number {
  const heights = rings.flatMap((ring) => ring.map(([, y]) => y));
  const outer = (rings[0] ?? []).map(([, y]) => y);
  let [low, high] = [Math.min(...outer), Math.max(...outer)];
  const middle = (low + high) / 2;
  for (const y of heights) {
    if (y <= middle) low = Math.max(low, y);
    else high = Math.min(high, y);
  }
  return (low + high) / 2;
}

function crossingAt([ax, ay]: Point, [bx, by]: Point, y: number): number[] {
  if (ay > y === by > y) return [];
  return [ax + ((y - ay) / (by - ay)) * (bx - ax)];
}
