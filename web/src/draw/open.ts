import { batch } from "@preact/signals";
import type { MultiPolygon, Polygon } from "geojson";
import { listPlans, readPlan, readRows } from "../api/plans";
import { currentSession } from "../api/session";
import { chosen, person, plan, plans, readGround, run } from "./bench";
import { cellOfRow, cells } from "./cells";

const KEY = "plan";

/** Start the workbench: whoever is not logged in goes to the login page first. */
export async function startBench(): Promise<void> {
  const found = await run(currentSession);
  if (found === undefined) return;
  if (found === null) return location.assign("/login?next=/plan");
  plans.value = (await run(listPlans)) ?? [];
  person.value = found;
  const asked = new URLSearchParams(location.search).get(KEY);
  const first = plans.value.find(({ plan_id }) => plan_id === asked) ?? plans.value[0];
  if (first !== undefined) await openPlan(first.plan_id);
}

/** Show a plan as it stands. */
export async function openPlan(id: string): Promise<void> {
  await run(async () => {
    const [head, rows] = await Promise.all([
      readPlan(id),
      readRows(id, "cells", "lonlat"),
      readGround(id),
    ]);
    batch(() => {
      plan.value = head;
      chosen.value = [];
      cells.value = new Map(
        rows.map((row) => [
          String(row.id),
          { cell: cellOfRow(row), shape: row.geometry as Polygon | MultiPolygon },
        ]),
      );
    });
    history.replaceState(null, "", `?${KEY}=${encodeURIComponent(id)}`);
  });
}
