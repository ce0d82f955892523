import { apply } from "./apply";
import type { Change, Refusal } from "./change";
import { type Edit, planEdit } from "./edit";
import { invert } from "./invert";
import type { Partition } from "./partition";
import { isRefusal } from "./regroup";

/** An edit with what it did. */
export interface Step {
  readonly edit: Edit;
  readonly change: Change;
}

/** What somebody has drawn on a revision of a plan and not saved: it undoes and redoes step by step. */
export interface Session {
  readonly revision: number;
  readonly saved: Partition;
  readonly now: Partition;
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
}

/** An edit of a list that could not be done again. */
export interface Refused {
  readonly index: number;
  readonly edit: Edit;
  readonly refusal: Refusal;
}

/** Begin to draw on a plan as it stands. */
export function openSession(saved: Partition, revision: number): Session {
  return { revision, saved: apart(saved), now: saved, done: [], undone: [] };
}

/** The same partition in maps of its own: looked at beside later versions it turns none of them. */
function apart(partition: Partition): Partition {
  const { vertices, faces, atoms, conflicts } = partition;
  return {
    ...partition,
    vertices: new Map(vertices),
    faces: new Map(faces),
    atoms: new Map(atoms),
    conflicts: new Map(conflicts),
  };
}

/** Do an edit, or say why it cannot be; what was undone is forgotten. */
export function perform(session: Session, edit: Edit): Session | Refusal {
  const change = planEdit(session.now, edit);
  return isRefusal(change) ? change : applied(session, { edit, change });
}

/** Take an edit with its change, such as one that the server planned, into the session. */
export function applied(session: Session, step: Step): Session {
  const now = apply(session.now, step.change);
  return { ...session, now, done: [...session.done, step], undone: [] };
}

/** Take back the last edit; the same session where there is none. */
export function undo(session: Session): Session {
  const last = session.done.at(-1);
  if (last === undefined) return session;
  return {
    ...session,
    now: apply(session.now, invert(last.change)),
    done: session.done.slice(0, -1),
    undone: [last, ...session.undone],
  };
}

/** Do again what was taken back last; the same session where there is nothing. */
export function redo(session: Session): Session {
  const [next, ...rest] = session.undone;
  if (next === undefined) return session;
  return {
    ...session,
    now: apply(session.now, next.change),
    done: [...session.done, next],
    undone: rest,
  };
}

/** The edits as the server takes them, in order: for a save, for a draft, for a file. */
export function toEdits(session: Session): Edit[] {
  return session.done.map(({ edit }) => edit);
}

/** Do a list of edits on a plan as it stands, such as a kept draft; those refused are left out and told. */
export function replay(
  saved: Partition,
  revision: number,
  edits: readonly Edit[],
): { readonly session: Session; readonly refused: readonly Refused[] } {
  let session = openSession(saved, revision);
  const refused: Refused[] = [];
  for (const [index, edit] of edits.entries()) {
    const next = perform(session, edit);
    if (isRefusal(next)) refused.push({ index, edit, refusal: next });
    else session = next;
  }
  return { session, refused };
}
