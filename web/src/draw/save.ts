import { signal } from "@preact/signals";
import { ServiceError } from "../api/client";
import { restore, type Saved, type Stale, saveEdits, turnBack } from "../api/edits";
import type { Edit } from "../model/edit";
import { type Choice, rebase } from "../model/rebase";
import { toEdits } from "../model/session";
import { keepEdits } from "./autosave";
import { chosen, plan, run } from "./bench";
import { cells } from "./cells";
import { drawing } from "./drawing";
import { again as draw, drawAgain } from "./open";
import { zoomTo } from "./show";

/** A save that somebody else was before: what stands now, one's own edits, whose stand where they clash. */
interface Met {
  readonly theirs: Stale;
  readonly mine: readonly Edit[];
  readonly choices: ReadonlyMap<number, Choice>;
}
export const stale = signal<Met | null>(null);
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
  await again(() => []);
}

/** Say whose edit is to stand where one of one's own clashes. */
export function decide(index: number, choice: Choice): void {
  const found = stale.value;
  if (found !== null) {
    stale.value = { ...found, choices: new Map(found.choices).set(index, choice) };
  }
}

/** Save one's own edits on what somebody else saved: those that fit, and those that are to stand. */
export async function mergeBoth(): Promise<void> {
  const [found, open, now] = [stale.value, plan.value, drawing.value];
  if (found === null || open === null || now === null) return;
  stale.value = null;
  const { theirs, mine, choices } = found;
  await run(() =>
    drawAgain(open.plan_id, (saved, revision) =>
      rebase(saved, mine, { ...theirs, revision }, now.saved, choices),
    ),
  );
  await save();
}

/** Bring the cells into view that one's own edit of a number touches. */
export function lookAtEdit(index: number): void {
  zoomTo(drawing.value?.done[index]?.change.cells ?? []);
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
  if (done !== undefined) await again(toEditsNow, open);
}

/** Have an earlier revision back, as a new one. */
export async function restoreTo(revision: number): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const done = await run(() => restore(open.plan_id, revision, open.revision));
  if (done !== undefined) await again(toEditsNow, open);
}

/** Read a plan anew with some edits that are not saved. */
export async function again(edits: () => readonly Edit[], of = plan.value): Promise<void> {
  if (of !== null) await run(() => drawAgain(of.plan_id, draw(edits)));
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
      if (!isStale(error)) {
        lookAtCells(error instanceof ServiceError ? error.details.flatMap(cellsOfFault) : []);
        throw error;
      }
      stale.value = { theirs: error.answer as Stale, mine: edits, choices: new Map() };
      return;
    }
    const isOpen = () => plan.value?.plan_id === open.plan_id;
    const later = () => (isOpen() ? toEditsNow().slice(edits.length) : []); // drawn meanwhile
    const { revision } = saved.value;
    await keepEdits(open.plan_id, { base_revision: revision, edits: later() });
    await drawAgain(open.plan_id, draw(later));
  });
}

/** The cells that a fault of a save is about: the service tells the number of the edit, or a cell. */
export function cellsOfFault(fault: unknown): readonly string[] {
  const { what = "", where = "" } = fault as { readonly what?: string; readonly where?: string };
  const [, number] = /^edits\[(\d+)\]/.exec(what) ?? /^edits\[(\d+)\]/.exec(where) ?? [];
  if (number !== undefined) return drawing.value?.done[Number(number)]?.change.cells ?? [];
  const [, cell] = /^cells\/(.+)$/.exec(where) ?? [];
  return cell === undefined ? [] : [cell];
}

/** Choose cells and bring them into view: all that a fault is about. */
export function lookAtCells(ids: readonly string[]): void {
  if (ids.length === 0) return;
  chosen.value = ids.filter((id) => cells.value.has(id));
  zoomTo(ids);
}

function isStale(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.status === 409 && hasFits(error.answer);
}

function hasFits(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "fits" in answer;
}
