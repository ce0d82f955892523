import { batch, signal } from "@preact/signals";
import { readDraft } from "../api/edits";
import { listPlans, readPlan, readRows } from "../api/plans";
import { currentSession } from "../api/session";
import { tileLayers, tilesOf } from "../api/tiles";
import type { Edit } from "../model/edit";
import type { Partition } from "../model/partition";
import { projectionOf } from "../model/projection";
import { type Feature, partitionOf } from "../model/rows";
import { type Refused, replay, type Session } from "../model/session";
import { keepDrawn } from "./autosave";
import { chosen, mayDraw, person, plan, plans, readGround, run, tiled } from "./bench";
import { doors, projection, startDrawing } from "./drawing";
import { learnIssued } from "./ids";
import { forgetOrigins } from "./origins";
import { readStandards } from "./standards";

const KEY = "plan";

/** Start the workbench: whoever is not logged in goes to the login page first. */
export async function startBench(): Promise<void> {
  const found = await run(currentSession);
  if (found === undefined) return;
  if (found === null) {
    location.assign("/login?next=/plan");
    return;
  }
  await readStandards();
  plans.value = (await run(listPlans)) ?? [];
  person.value = found;
  const asked = new URLSearchParams(location.search).get(KEY);
  const first = plans.value.find(({ plan_id }) => plan_id === asked) ?? plans.value[0];
  if (first !== undefined) await openPlan(first.plan_id);
  keepDrawn();
}

/** What is drawn again on a plan that was read anew, and what could not be. */
type Redraw = (
  saved: Partition,
  revision: number,
) => { readonly session: Session; readonly refused: readonly Refused[] };

/** Edits of a kept draft that do not go together with the plan as it stands. */
export const left = signal<readonly Refused[]>([]);

/** Show a plan as it stands, with one's own edits that are drawn and not saved. */
export async function openPlan(id: string): Promise<void> {
  await run(async () => {
    const [, kept, layers] = await Promise.all([
      readGround(id),
      keptEdits(id),
      tileLayers(tilesOf(id)),
    ]);
    tiled.value = layers;
    chosen.value = [];
    doors.value = undefined;
    forgetOrigins();
    await drawAgain(id, again(kept));
    history.replaceState(null, "", `?${KEY}=${encodeURIComponent(id)}`);
  });
}

/** Read a plan anew, and draw on it as it stands what is to be drawn again. */
export async function drawAgain(id: string, draw: Redraw): Promise<void> {
  const [head, cells, atoms, conflicts] = await Promise.all([
    readPlan(id),
    readFeatures(id, "cells"),
    readFeatures(id, "atoms"),
    readFeatures(id, "conflicts"),
  ]);
  const saved = partitionOf({ cells, atoms, conflicts });
  if (mayDraw.value) await learnIssued(head, saved);
  const { session, refused } = draw(saved, head.revision);
  batch(() => {
    projection.value = projectionOf(head.epsg);
    left.value = refused;
    startDrawing(session);
    plan.value = head;
  });
}

/** Draw these edits, one after the other. */
export function again(edits: readonly Edit[]): Redraw {
  return (saved, revision) => replay(saved, revision, edits);
}

async function readFeatures(
  id: string,
  layer: "cells" | "atoms" | "conflicts",
): Promise<Feature[]> {
  return (await readRows(id, layer, "grid")) as unknown as Feature[];
}

/** What was drawn and not saved when one was here last. */
async function keptEdits(id: string): Promise<readonly Edit[]> {
  return mayDraw.value ? ((await readDraft(id))?.edits ?? []) : [];
}
