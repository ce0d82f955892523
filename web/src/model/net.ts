import { awayFrom } from "./lines";
import { type Atom, type FaceId, OUTSIDE, type Partition, placeOf } from "./partition";
import type { Point } from "./point";
import { boxOf, squaresOf, wider } from "./squares";
import { edgeKey, edgesOf, placeKey, topologyOf } from "./topology";

const SQUARE = 100_000; // steps

/** Places that are joined by borders, by their keys, with the cells that meet there. */
export type Net = Map<string, { place: Point; ends: Set<string>; cells: Set<FaceId> }>;

/** The borders between cells as a net of places, without those in the middle of a straight border. */
export function borderNet(partition: Partition): Net {
  const net: Net = new Map();
  const { left } = topologyOf(partition);
  const cellOf = (atom: string | undefined) =>
    partition.atoms.get(atom ?? OUTSIDE)?.cell ?? OUTSIDE;
  const put = (atom: Atom, a: number, b: number) => {
    const [from, to] = [placeOf(partition, a), placeOf(partition, b)];
    const node = net.get(placeKey(from)) ?? { place: from, ends: new Set(), cells: new Set() };
    node.ends.add(placeKey(to));
    node.cells.add(atom.cell);
    net.set(placeKey(from), node);
  };
  for (const atom of partition.atoms.values()) {
    for (const [a, b] of edgesOf(atom)) {
      if (cellOf(left.get(edgeKey(b, a))) === atom.cell) continue;
      put(atom, a, b);
      put(atom, b, a);
    }
  }
  for (const [key, { place, ends }] of net) {
    const [a, b] = [...ends];
    const [from, to] = [net.get(a ?? ""), net.get(b ?? "")];
    if (ends.size !== 2 || a === undefined || b === undefined || !from || !to) continue;
    if (from.ends.has(b) || awayFrom(from.place, to.place, place) > 1) continue;
    net.delete(key);
    from.ends.delete(key);
    to.ends.delete(key);
    from.ends.add(b);
    to.ends.add(a);
  }
  return net;
}

/** Put the places of another net on the segments of a net that they lie on. */
export function putJunctions(net: Net, other: Net): void {
  const squares: Squares = new Map();
  for (const [key, { ends }] of net) {
    for (const end of ends) if (key < end) enter(net, squares, key, end);
  }
  for (const [key, { place }] of other) {
    const segment = net.has(key) ? undefined : segmentAt(net, squares, place);
    if (segment !== undefined) putJunction(net, squares, segment, key, place);
  }
}

type Squares = Map<string, [string, string][]>;

function enter(net: Net, squares: Squares, a: string, b: string): void {
  const [from, to] = [net.get(a), net.get(b)];
  if (from === undefined || to === undefined) return;
  for (const key of squaresOf(wider(boxOf([from.place, to.place]), 1), SQUARE)) {
    const there = squares.get(key);
    if (there === undefined) squares.set(key, [[a, b]]);
    else there.push([a, b]);
  }
}

/** The segment that a place lies on, to a step. */
function segmentAt(net: Net, squares: Squares, place: Point): [string, string] | undefined {
  const near = squaresOf(boxOf([place]), SQUARE).flatMap((key) => squares.get(key) ?? []);
  return near.find(([a, b]) => {
    const [from, to] = [net.get(a), net.get(b)];
    return from?.ends.has(b) && to !== undefined && awayFrom(from.place, to.place, place) <= 1;
  });
}

function putJunction(
  net: Net,
  squares: Squares,
  [a, b]: [string, string],
  key: string,
  place: Point,
): void {
  const [from, to] = [net.get(a), net.get(b)];
  if (from === undefined || to === undefined) return;
  const beside = [...from.cells].filter((id) => to.cells.has(id));
  net.set(key, { place, ends: new Set([a, b]), cells: new Set(beside) });
  from.ends.delete(b);
  to.ends.delete(a);
  from.ends.add(key);
  to.ends.add(key);
  enter(net, squares, a, key);
  enter(net, squares, key, b);
}
