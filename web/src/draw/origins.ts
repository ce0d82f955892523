import { signal } from "@preact/signals";
import { type Origin, readCrosswalk } from "../api/crosswalk";
import { ofDistrict, plan, run } from "./bench";

/** The old cells of each cell of the plan, once they were asked for. */
export const origins = signal<ReadonlyMap<string, readonly Origin[]> | null>(null);
let asked = "";

/** Read the old cells of the plan that is open; the reading is on record. */
export async function readOrigins(): Promise<void> {
  const id = plan.value?.plan_id ?? "";
  if (asked === id || !ofDistrict.value) return;
  asked = id;
  origins.value = (await run(() => readCrosswalk(id))) ?? new Map();
}

/** Forget the old cells of another plan. */
export function forgetOrigins(): void {
  asked = "";
  origins.value = null;
}
