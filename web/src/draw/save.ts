import { signal } from "@preact/signals";
import { ServiceError } from "../api/client";
import { keepDraft, restore, type Saved, type Stale, saveEdits, turnBack } from "../api/edits";
import type { Edit } from "../model/edit";
import { toEdits } from "../model/session";
import { plan, run } from "./bench";
import { drawing } from "./drawing";
import { drawAgain } from "./open";

/** A save that somebody else was before: what stands now, and one's own edits; null when there is none. */
export const stale = signal<{ readonly theirs: Stale; readonly mine: readonly Edit[] } | null>(
  null,
);
/** What the server counted otherwise, or said about the last save. */
export const saved = signal<Saved | null>(null);

/** Save what is drawn, all of it or nothing. */
export async function save(): Promise<void> {
  const now = drawing.value;
  if (now !== null && now.done.length > 0) await send(now.revision, toEdits(now));
}

/** Give up one's own edits and take the plan as it stands. */
export async function takeTheirs(): Promise<void> {
  stale.value = null;
  await again([]);
}

/** Save those edits that go together with what somebody else saved. */
export async function mergeBoth(): Promise<void> {
  const found = stale.value;
  if (found === null) return;
  stale.value = null;
  const { revision, fits } = found.theirs;
  const edits = found.mine.filter((_, i) => fits.includes(i));
  if (edits.length === 0) await again([]);
  else await send(revision, edits);
}

/** Have the plan back as one drew on it, and save one's own edits; theirs stay in the history. */
export async function keepMine(): Promise<void> {
  const [found, open, now] = [stale.value, plan.value, drawing.value];
  if (found === null || open === null || now === null) return;
  stale.value = null;
  const back = await run(() => restore(open.plan_id, now.revision, found.theirs.revision));
  if (back !== undefined) await send(back.revision, found.mine);
}

/** Take back one's own last save, or do it again. */
export async function turnSaved(step: "undo" | "redo"): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const done = await run(() => turnBack(open.plan_id, step, open.revision));
  if (done !== undefined) await again(toEditsNow());
}

/** Have an earlier revision back, as a new one. */
export async function restoreTo(revision: number): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const done = await run(() => restore(open.plan_id, revision, open.revision));
  if (done !== undefined) await again(toEditsNow());
}

/** Read the plan anew with some edits that are not saved. */
export async function again(edits: readonly Edit[]): Promise<void> {
  const open = plan.value;
  if (open !== null) await run(() => drawAgain(open.plan_id, edits));
}

function toEditsNow(): Edit[] {
  return drawing.value === null ? [] : toEdits(drawing.value);
}

async function send(base: number, edits: readonly Edit[]): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  await run(async () => {
    try {
      saved.value = await saveEdits(open.plan_id, { base, edits });
    } catch (error) {
      if (!isStale(error)) throw error;
      stale.value = { theirs: error.answer as Stale, mine: edits };
      return;
    }
    await keepDraft(open.plan_id, { base_revision: saved.value.revision, edits: [] });
    await drawAgain(open.plan_id, []);
  });
}

function isStale(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.status === 409 && hasFits(error.answer);
}

function hasFits(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "fits" in answer;
}
