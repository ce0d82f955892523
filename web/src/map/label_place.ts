type Position = readonly number[];

/** A place well inside a polygon to write its name at: the middle of its widest stretch, half-way up. */
export function labelPlace(rings: readonly (readonly Position[])[]): [number, number] {
  const heights = (rings[0] ?? []).map(([, y = 0]) => y);
  const low = Math.min(...heights);
  const high = Math.max(...heights);
  const stretches = [0.5, 0.4, 0.6].map((share) => widest(rings, low + share * (high - low)));
  const [, x, y] = stretches.reduce((best, one) => (one[0] > best[0] * 1.15 ? one : best));
  return [x, y];
}

/** The widest stretch inside a polygon at a height: its width, middle and height. */
function widest(rings: readonly (readonly Position[])[], y: number): [number, number, number] {
  const crossings = rings.flatMap((ring) => ringCrossings(ring, y)).sort((a, b) => a - b);
  let best: [number, number, number] = [0, crossings[0] ?? rings[0]?.[0]?.[0] ?? 0, y];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [from = 0, to = 0] = crossings.slice(i, i + 2);
    if (to - from > best[0]) best = [to - from, (from + to) / 2, y];
  }
  return best;
}

function ringCrossings(ring: readonly Position[], y: number): number[] {
  const found: number[] = [];
  for (const [i, [x = 0, here = 0]] of ring.entries()) {
    const [nextX = x, next = here] = ring[(i + 1) % ring.length] ?? [];
    if (here > y !== next > y) found.push(x + ((y - here) / (next - here)) * (nextX - x));
  }
  return found;
}
