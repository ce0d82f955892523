import type { FaceId, Partition } from "../model/partition";

const DIGITS = 3;

/** Ids for new cells beside a cell: the next free numbers of its community. */
export function freeIds({ faces }: Partition, beside: FaceId, count: number): FaceId[] {
  const community = faces.get(beside)?.community ?? "";
  const stem = beside.startsWith(community) ? community : beside.slice(0, -DIGITS);
  const taken = new Set([...faces.values()].flatMap(({ id, attributes }) => [id, attributes.code]));
  const found: FaceId[] = [];
  for (let number = 1; found.length < count; number++) {
    const id = stem + String(number).padStart(DIGITS, "0");
    if (!taken.has(id)) found.push(id);
  }
  return found;
}
