import { batch, signal } from "@preact/signals";
import { readDraft } from "../api/edits";
import { listPlans, type Plan, readPlan, readRows } from "../api/plans";
import { currentSession } from "../api/session";
import { tileLayers, tilesOf } from "../api/tiles";
import type { Edit } from "../model/edit";
import type { FaceId, Partition } from "../model/partition";
import { projectionOf } from "../model/projection";
import { type Feature, partitionOf } from "../model/rows";
import { type Refused, replay, type Session } from "../model/session";
import { asking } from "./asking";
import { keepAtOnce, keepDrawn } from "./autosave";
import {
  chosen,
  leave,
  mayDraw,
  person,
  plan,
  plans,
  readGround,
  run,
  standOn,
  tiled,
} from "./bench";
import { projection, startDrawing } from "./drawing";
import { issued, readIssued } from "./ids";
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
  const [listed] = await Promise.all([run(listPlans), readStandards()]);
  plans.value = listed ?? [];
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
const opening = asking();
let wanted = "";

/** Show a plan as it stands, with one's own edits that are drawn and not saved. */
export async function openPlan(id: string): Promise<void> {
  wanted = id;
  await keepAtOnce();
  const question = () =>
    Promise.all([readDrawn(id), readGround(id), keptEdits(id), tileLayers(tilesOf(id))]);
  const show = ([drawn, ground, edits, layers]: Awaited<ReturnType<typeof question>>) => {
    if (plan.value?.plan_id !== id) leave();
    standOn(ground);
    tiled.value = layers;
    chosen.value = [];
    put(
      drawn,
      again(() => edits),
    );
    history.replaceState(null, "", `?${KEY}=${encodeURIComponent(id)}`);
  };
  await run(() => opening.ask(question, (told) => batch(() => show(told))));
}

/** Read the plan that is open anew, and draw on it as it stands what is to be drawn again. */
export async function drawAgain(id: string, draw: Redraw): Promise<void> {
  if (wanted !== id) return; // it was left for another
  await opening.ask(
    () => readDrawn(id),
    (drawn) => batch(() => put(drawn, draw)),
  );
}

/** A plan as it was read, with the ids that were given in it. */
interface Drawn {
  readonly head: Plan;
  readonly saved: Partition;
  readonly ids: ReadonlySet<FaceId>;
}

async function readDrawn(id: string): Promise<Drawn> {
  const [head, cells, atoms, conflicts] = await Promise.all([
    readPlan(id),
    readFeatures(id, "cells"),
    readFeatures(id, "atoms"),
    readFeatures(id, "conflicts"),
  ]);
  const saved = partitionOf({ cells, atoms, conflicts });
  return { head, saved, ids: mayDraw.value ? await readIssued(head, saved) : new Set() };
}

function put({ head, saved, ids }: Drawn, draw: Redraw): void {
  const { session, refused } = draw(saved, head.revision);
  issued.value = ids;
  projection.value = projectionOf(head.epsg);
  left.value = refused;
  startDrawing(session);
  plan.value = head;
}

/** Draw edits one after the other: those there are when the plan is here. */
export function again(edits: () => readonly Edit[]): Redraw {
  return (saved, revision) => replay(saved, revision, edits());
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
