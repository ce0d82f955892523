import { type Refusal, refuse } from "./change";
import { recount } from "./counts";
import type { Draft } from "./draft";
import { refuseLocked } from "./move";
import type { AtomId, Attributes, Face, FaceId } from "./partition";

/** Put atoms into cells; `made` are the new cells among these, their rings are drawn later. */
export function regroup(
  draft: Draft,
  homes: ReadonlyMap<AtomId, FaceId>,
  made: readonly Face[] = [],
): Refusal | null {
  const concerned = new Set(homes.values());
  for (const id of homes.keys()) {
    const cell = draft.atoms.get(id)?.cell;
    if (cell !== undefined) concerned.add(cell);
  }
  const locked = refuseLocked(draft, [...concerned].sort());
  if (locked !== null) return locked;
  for (const face of made) draft.faces.set(face.id, face);
  for (const [id, cell] of homes) {
    const atom = draft.atoms.get(id);
    if (atom !== undefined) draft.atoms.set(id, { ...atom, cell });
  }
  recount(
    draft,
    [...concerned].filter((id) => draft.atomsOf(id).length > 0),
  );
  return null;
}

/** Refuse ids or codes that are in use; those of the cells that go become free. */
export function refuseTaken(
  draft: Draft,
  ids: readonly FaceId[],
  gone: readonly FaceId[],
): Refusal | null {
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  if (twice.length > 0) return refuse("EDIT_DUPLICATE_ID", twice);
  for (const id of ids) {
    const holder = draft.faces.get(id) ? id : draft.topology.codes.get(id);
    if (holder !== undefined && !gone.includes(holder)) return refuse("EDIT_DUPLICATE_ID", [id]);
  }
  return null;
}

/** A cell with the attributes of another one; its id is its code unless it keeps both. */
export function newCell(model: Face, id: FaceId, name: string): Face {
  const code = id === model.id ? (model.attributes.code ?? id) : id;
  const attributes: Attributes = { ...model.attributes, code, name, locked: false };
  return { ...model, id, attributes };
}

/** A cell, or the refusal that there is none. */
export function cellNamed(draft: Draft, id: FaceId): Face | Refusal {
  const face = id === "" ? undefined : draft.faces.get(id);
  return face ?? refuse("EDIT_UNKNOWN_ID", [id]);
}

/** Whether something is a refusal. */
export function isRefusal<T>(found: T | Refusal): found is Refusal {
  return typeof found === "object" && found !== null && "kind" in found && found.kind === "refusal";
}
