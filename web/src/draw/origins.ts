import { signal } from "@preact/signals";
import { type Origin, readCrosswalk } from "../api/crosswalk";
import { asking } from "./asking";
import { ofDistrict, plan, run, whenLeft } from "./bench";

/** The old cells of each cell of the plan, once they were asked for. */
export const origins = signal<ReadonlyMap<string, readonly Origin[]> | null>(null);
const reading = asking();

/** Read the old cells of the plan that is open; the reading is on record. */
export async function readOrigins(): Promise<void> {
  const id = plan.value?.plan_id;
  if (id === undefined || !ofDistrict.value) return;
  const put = (found: typeof origins.value) => {
    origins.value = found ?? new Map();
  };
  await run(() => reading.ask(() => readCrosswalk(id), put, id));
}

whenLeft(() => {
  reading.forget();
  origins.value = null;
});
