import { signal } from "@preact/signals";
import { readHistory } from "../api/edits";
import type { Plan } from "../api/plans";
import type { FaceId, Partition } from "../model/partition";

const DIGITS = 3;

/** Ids that cells of the plan have or once had: none of them may be given again. */
export const issued = signal<ReadonlySet<FaceId>>(new Set());

/** Read which ids were given before: those there are, and those the history speaks of. */
export async function readIssued(plan: Plan, { faces }: Partition): Promise<Set<FaceId>> {
  const plans = [plan.plan_id, plan.parent_id].filter((id) => id !== null);
  const histories = await Promise.all(plans.map(readHistory));
  const spoken = histories.flat().flatMap(({ ops }) => ops.flatMap(({ ids }) => ids));
  return new Set([...faces.keys(), ...spoken]);
}

/** Ids for new cells beside a cell: the next numbers of its community that no cell ever had. */
export function freeIds({ faces }: Partition, beside: FaceId, count: number): FaceId[] {
  const community = faces.get(beside)?.community ?? "";
  const stem = beside.startsWith(community) ? community : beside.slice(0, -DIGITS);
  const codes = [...faces.values()].map(({ attributes }) => attributes.code);
  const taken = new Set([...faces.keys(), ...codes, ...issued.value]);
  const found: FaceId[] = [];
  for (let number = 1; found.length < count; number++) {
    const id = stem + String(number).padStart(DIGITS, "0");
    if (!taken.has(id)) found.push(id);
  }
  return found;
}
