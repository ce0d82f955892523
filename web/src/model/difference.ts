import { awayFrom } from "./lines";
import { type Atom, type FaceId, OUTSIDE, type Partition, placeOf } from "./partition";
import type { Point } from "./point";
import { edgeKey, edgesOf, placeKey, topologyOf } from "./topology";

/** What differs between two plans: cells by id, and borders as lines in steps. */
export interface Difference {
  readonly cells: {
    readonly added: readonly FaceId[];
    readonly removed: readonly FaceId[];
    readonly changed: readonly FaceId[];
  };
  readonly borders: {
    readonly added: readonly (readonly Point[])[];
    readonly removed: readonly (readonly Point[])[];
  };
}

type Net = Map<string, { place: Point; ends: Set<string>; cells: Set<FaceId> }>;

/** What differs from one plan to another; junctions on a border that stays straight are no difference. */
export function differenceOf(one: Partition, two: Partition): Difference {
  const [before, after] = [borderNet(one), borderNet(two)];
  const removed = segmentsMissing(before, after);
  const added = segmentsMissing(after, before);
  const has = (partition: Partition, id: FaceId) => id !== OUTSIDE && partition.faces.has(id);
  const ids = (partition: Partition) =>
    [...partition.faces.keys()].filter((id) => has(partition, id)).sort();
  const touched = new Set([...removed, ...added].flatMap(({ cells }) => cells));
  return {
    cells: {
      added: ids(two).filter((id) => !has(one, id)),
      removed: ids(one).filter((id) => !has(two, id)),
      changed: [...touched].filter((id) => has(one, id) && has(two, id)).sort(),
    },
    borders: { added: added.map(({ line }) => line), removed: removed.map(({ line }) => line) },
  };
}

/** The borders between cells as a net of places, without those in the middle of a straight border. */
function borderNet(partition: Partition): Net {
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

/** The segments of a net that another one does not have, with the cells beside them. */
function segmentsMissing(net: Net, other: Net): { line: Point[]; cells: FaceId[] }[] {
  return [...net].flatMap(([key, { place, ends, cells }]) =>
    [...ends].flatMap((end) => {
      const node = net.get(end);
      if (node === undefined || key > end || other.get(key)?.ends.has(end)) return [];
      const beside = [...cells].filter((id) => node.cells.has(id));
      return [{ line: [place, node.place], cells: beside }];
    }),
  );
}
