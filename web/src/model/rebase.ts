import type { Edit } from "./edit";
import { followMoved } from "./follow_moved";
import type { Partition } from "./partition";
import { isRefusal } from "./regroup";
import { openSession, perform, type Refused, type Session } from "./session";

/** What the service answers to a save that is stale, as far as one's own edits are concerned. */
export interface Stale {
  readonly revision: number;
  readonly fits: readonly number[];
  readonly clashes: readonly { readonly index: number; readonly code: string }[];
}

/** Whose edit stands where two clash. */
export type Choice = "mine" | "theirs";

export interface Rebased {
  readonly session: Session;
  /** Edits given up for what others saved. */
  readonly dropped: readonly Edit[];
  /** Edits that were wanted and cannot be any more, with the reason. */
  readonly refused: readonly Refused[];
}

/**
 * One's own edits on the revision that stands now: those that fit, and of those that clash the ones
 * that are to stand: a border that others moved goes on from where it is now. `saved` is the plan as
 * it stands, read anew, `base` as it stood when one began to draw.
 */
export function rebase(
  saved: Partition,
  edits: readonly Edit[],
  { revision, clashes }: Stale,
  base: Partition,
  choices: ReadonlyMap<number, Choice> = new Map(),
): Rebased {
  const clashing = new Set(clashes.map(({ index }) => index));
  let session = openSession(saved, revision);
  const dropped: Edit[] = [];
  const refused: Refused[] = [];
  for (const [index, edit] of edits.entries()) {
    if (clashing.has(index) && choices.get(index) !== "mine") {
      dropped.push(edit);
      continue;
    }
    const wanted = clashing.has(index) ? followMoved(edit, base, session.now) : edit;
    const next = perform(session, wanted);
    if (isRefusal(next)) refused.push({ index, edit, refusal: next });
    else session = next;
  }
  return { session, dropped, refused };
}
