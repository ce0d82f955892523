import { borderNet, type Net, putJunctions } from "./net";
import { type FaceId, OUTSIDE, type Partition } from "./partition";
import type { Point } from "./point";

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

/** What differs from one plan to another; junctions on a border that stays straight are no difference. */
export function differenceOf(one: Partition, two: Partition): Difference {
  const [before, after] = [borderNet(one), borderNet(two)];
  putJunctions(before, after);
  putJunctions(after, before);
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
