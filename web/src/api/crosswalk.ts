import { everyItem, planPath } from "./plans";

/** Which part of a cell was in which old cell of a department; no code where none covered it. */
export interface Origin {
  readonly department: string;
  readonly code: string;
  readonly household_share: number;
}

const FILE = "crosswalk.csv";
const COLUMNS = ["cell_id", "department", "old_code", "household_share"] as const;

/** The old cells of each cell as the plan was merged; null where the plan has no crosswalk. */
export async function readCrosswalk(plan: string): Promise<Map<string, Origin[]> | null> {
  const files = await everyItem<{ name: string }>(planPath(plan, "/results?limit=200"));
  if (!files.some(({ name }) => name === FILE)) return null;
  const answer = await fetch(planPath(plan, `/results/${FILE}`));
  return answer.ok ? originsOf(await answer.text()) : null;
}

/** The rows of a crosswalk by cell, the largest share first. */
export function originsOf(csv: string): Map<string, Origin[]> {
  const [head = "", ...rows] = csv.trim().split(/\r?\n/);
  const names = head.replace("\uFEFF", "").split(",");
  const places = COLUMNS.map((name) => names.indexOf(name));
  const found = new Map<string, Origin[]>();
  for (const row of rows) {
    const cells = row.split(",");
    const [cell = "", department = "", code = "", share = ""] = places.map((i) => cells[i] ?? "");
    const origin = { department, code, household_share: Number(share) };
    found.set(cell, [...(found.get(cell) ?? []), origin]);
  }
  for (const origins of found.values()) {
    origins.sort((a, b) => b.household_share - a.household_share);
  }
  return found;
}

/** The share of a cell's households that were together before: the mean over departments; null without any. */
export function keptShare(origins: readonly Origin[]): number | null {
  const largest = new Map<string, number>();
  for (const { department, household_share } of origins) {
    largest.set(department, Math.max(largest.get(department) ?? 0, household_share));
  }
  const sum = [...largest.values()].reduce((all, share) => all + share, 0);
  return sum === 0 ? null : sum / largest.size;
}
