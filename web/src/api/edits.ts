import type { Edit } from "../model/edit";
import { ask } from "./client";
import { everyItem, planPath, type Row } from "./plans";

/** What a save changed: the rows as they stand now, and those that are gone as `layer/id`. */
export interface SavedChange {
  readonly op: string;
  readonly ids: readonly string[];
  readonly counts: string;
  readonly remark: string;
  readonly gone: readonly string[];
  readonly rows: readonly (Row & { readonly layer: string })[];
}

export interface Saved {
  readonly revision: number;
  readonly changes: readonly SavedChange[];
}

/** The answer to a stale save: what stands, and which of the edits go together with it. */
export interface Stale {
  readonly revision: number;
  readonly saved: readonly Revision[];
  readonly rows: readonly (Row & { readonly layer: string })[];
  readonly fits: readonly number[];
  readonly clashes: readonly Clash[];
}

/** One's own edit that does not go together with what was saved since, and why. */
export interface Clash {
  readonly index: number;
  readonly code: string;
  readonly what: string;
  readonly where: string;
}

export interface Revision {
  readonly revision: number;
  readonly saved_at: string;
  readonly author: string;
  readonly note: string;
  readonly ops: readonly { readonly op: string; readonly ids: readonly string[] }[];
  readonly takes_back: number | null;
}

export interface Unsaved {
  readonly base_revision: number;
  readonly edits: readonly Edit[];
}

interface Save {
  readonly base: number;
  readonly edits: readonly Edit[];
  readonly merge?: boolean;
  readonly note?: string;
}

/** Save edits, all or none; a stale save is a `ServiceError` of status 409 whose answer is `Stale`. */
export function saveEdits(plan: string, save: Save): Promise<Saved> {
  return ask(planPath(plan, "/edits"), { body: bodyOf(save) });
}

/** What edits would change; nothing is saved. */
export function tryEdits(plan: string, save: Save): Promise<Saved> {
  return ask(planPath(plan, "/edits/try"), { body: bodyOf(save) });
}

/** Take back one's own last save, or do it again. */
export function turnBack(plan: string, step: "undo" | "redo", base: number): Promise<Saved> {
  return ask(planPath(plan, `/${step}?crs=grid`), { body: { base_revision: base } });
}

/** Have an earlier revision back, as a new one. */
export function restore(plan: string, to: number, base: number): Promise<Saved> {
  return ask(planPath(plan, "/restore?crs=grid"), { body: { base_revision: base, to } });
}

/** The revisions of a plan, the newest first. */
export function readHistory(plan: string): Promise<Revision[]> {
  return everyItem(planPath(plan, "/history?limit=200"));
}

/** One's own edits that are drawn and not saved, if there are any. */
export function readDraft(plan: string): Promise<Unsaved | undefined> {
  return ask(planPath(plan, "/draft"));
}

/** Keep one's edits that are drawn and not saved; forget them if there are none. */
export function keepDraft(plan: string, drawn: Unsaved): Promise<void> {
  if (drawn.edits.length === 0) return ask(planPath(plan, "/draft"), { method: "DELETE" });
  return ask(planPath(plan, "/draft"), { method: "PUT", body: drawn });
}

/** Save on a plan what was edited on a branch of it. */
export function takeBranch(plan: string, branch: string, base: number): Promise<Saved> {
  return ask(planPath(plan, "/take?crs=grid"), { body: { branch, base_revision: base } });
}

function bodyOf({ base, edits, merge = false, note = "" }: Save) {
  return { base_revision: base, edits, merge, note, crs: "grid" };
}
