import { signal } from "@preact/signals";
import { type Origin, readCrosswalk } from "../api/crosswalk";
import { person, plan, run } from "./bench";

const READS: ReadonlySet<string> = new Set(["subdistrict_office", "planner", "admin"]);

/** The old cells of each cell of the plan, once they were asked for. */
export const origins = signal<ReadonlyMap<string, readonly Origin[]> | null>(null);
let asked = "";

/** Whether whoever is logged in may read the crosswalk, which is a file of the whole district. */
export function mayReadOrigins(): boolean {
  const { role = "", areas = [] } = person.value ?? {};
  return READS.has(role) && areas.includes("district");
}

/** Read the old cells of the plan that is open; the reading is on record. */
export async function readOrigins(): Promise<void> {
  const id = plan.value?.plan_id ?? "";
  if (asked === id || !mayReadOrigins()) return;
  asked = id;
  origins.value = (await run(() => readCrosswalk(id))) ?? new Map();
}

/** Forget the old cells of another plan. */
export function forgetOrigins(): void {
  asked = "";
  origins.value = null;
}
