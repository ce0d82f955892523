import { batch, computed, signal } from "@preact/signals";
import type { Polygon } from "geojson";
import { apply } from "../model/apply";
import type { Change, Refusal } from "../model/change";
import type { Doors } from "../model/doors";
import { type Edit, planEdit } from "../model/edit";
import { cellFigures } from "../model/figures";
import type { FaceId, Partition } from "../model/partition";
import type { Projection } from "../model/projection";
import { isRefusal } from "../model/regroup";
import { featuresOf } from "../model/rows";
import { perform, redo, type Session, undo } from "../model/session";
import { choose, chosen } from "./bench";
import { type Cell, cells, changedCells } from "./cells";

/** What is drawn and not saved yet; null before a plan is open. */
export const drawing = signal<Session | null>(null);
export const projection = signal<Projection | null>(null);
/** Why the last edit could not be. */
export const refusal = signal<Refusal | null>(null);
/** What an edit would give that is not confirmed: the cells it touches, as they would be. */
export const preview = signal<Preview | null>(null);

/** The doors of the plan, once they are read. */
export const doors = signal<Doors | undefined>(undefined);

export interface Preview {
  readonly edit: Edit;
  readonly change: Change;
  readonly now: Partition;
}

export const canUndo = computed(() => (drawing.value?.done.length ?? 0) > 0);
export const canRedo = computed(() => (drawing.value?.undone.length ?? 0) > 0);

/** Draw on another state: a plan that was opened, or a saved one. */
export function startDrawing(session: Session): void {
  batch(() => {
    drawing.value = session;
    preview.value = null;
    refusal.value = null;
    changedCells.value = changedBy(session);
    cells.value = shown(session.now, session.now.faces.keys(), changedCells.value, new Map());
    chosen.value = chosen.value.filter((id) => cells.value.has(id));
  });
}

/** Do an edit; a refused one is kept to be shown, and leaves all as it was. */
export function act(edit: Edit): boolean {
  const before = drawing.value;
  if (before === null) return false;
  const next = perform(before, edit);
  if (isRefusal(next)) {
    batch(() => {
      refusal.value = next;
      preview.value = null;
    });
    return false;
  }
  step(next, next.done.at(-1)?.change.cells ?? []);
  return true;
}

/** Show what an edit would do; false when it is refused. */
export function tryOut(edit: Edit): boolean {
  const before = drawing.value;
  if (before === null) return false;
  const change = planEdit(before.now, edit);
  batch(() => {
    refusal.value = isRefusal(change) ? change : null;
    preview.value = isRefusal(change) ? null : { edit, change, now: apply(before.now, change) };
  });
  return !isRefusal(change);
}

/** Do what is shown, if anything is. */
export function confirm(): boolean {
  return preview.value !== null && act(preview.value.edit);
}

/** Forget what is shown and not done. */
export function cancel(): void {
  batch(() => {
    preview.value = null;
    refusal.value = null;
  });
}

/** Take back the last edit that is not saved. */
export function undoStep(): void {
  turn(undo, drawing.value?.done.at(-1)?.change.cells);
}

/** Do again what was taken back last. */
export function redoStep(): void {
  turn(redo, drawing.value?.undone[0]?.change.cells);
}

/** Show the cells that differ from what is saved with what is known of them now. */
export function showAgain(): void {
  const now = drawing.value?.now;
  if (now !== undefined)
    cells.value = shown(now, changedCells.value, changedCells.value, cells.value);
}

/** Cells of a partition as panels and map read them; some of them counted at doors. */
export function shown(
  partition: Partition,
  ids: Iterable<FaceId>,
  counted: ReadonlySet<FaceId>,
  before: ReadonlyMap<string, { cell: Cell; shape: Polygon }>,
) {
  const wanted = [...ids].filter((id) => id !== "");
  const found = new Map(before);
  for (const id of wanted) if (!partition.faces.has(id)) found.delete(id);
  const there = wanted.filter((id) => partition.faces.has(id));
  for (const { id, properties, geometry } of featuresOf(
    partition,
    there,
    projection.value ?? undefined,
  )) {
    const isCounted = doors.value !== undefined && counted.has(id);
    const counts = isCounted ? cellFigures(partition, id, doors.value) : {};
    const cell = { ...(properties as unknown as Cell), ...counts, cell_id: id };
    found.set(id, { cell, shape: geometry as unknown as Polygon });
  }
  return found;
}

function turn(way: (session: Session) => Session, touched: readonly FaceId[] | undefined): void {
  if (drawing.value !== null && touched !== undefined) step(way(drawing.value), touched);
}

function step(next: Session, touched: readonly FaceId[]): void {
  batch(() => {
    drawing.value = next;
    preview.value = null;
    refusal.value = null;
    changedCells.value = changedBy(next);
    cells.value = shown(next.now, touched, changedCells.value, cells.value);
    const left = chosen.value.filter((id) => cells.value.has(id));
    if (left.length < chosen.value.length) {
      const born = touched.find((id) => cells.value.has(id));
      choose(left[0] ?? born ?? null);
    }
  });
}

function changedBy({ done }: Session): Set<FaceId> {
  return new Set(done.flatMap(({ change }) => change.cells));
}
