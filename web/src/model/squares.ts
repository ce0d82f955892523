import type { Point } from "./point";

/** West, south, east and north in steps. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** The box around some places. */
export function boxOf(places: Iterable<Point>): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of places) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

/** A box with a margin on all sides. */
export function wider([west, south, east, north]: Box, by: number): Box {
  return [west - by, south - by, east + by, north + by];
}

/** Whether two boxes have a place in common. */
export function boxesMeet(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** The keys of the squares of one side that a box meets. */
export function squaresOf([west, south, east, north]: Box, side: number): string[] {
  const keys: string[] = [];
  for (let x = Math.floor(west / side); x <= Math.floor(east / side); x++) {
    for (let y = Math.floor(south / side); y <= Math.floor(north / side); y++)
      keys.push(`${x},${y}`);
  }
  return keys;
}
