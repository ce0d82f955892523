import type { Change } from "./change";
import type { Draft } from "./draft";
import { type FaceId, OUTSIDE } from "./partition";
import { same } from "./point";

/** What differs in a draft from its base. */
export function changeIn(draft: Draft, op: Change["op"]): Change {
  const vertices = draft.vertices.differences();
  return {
    kind: "change",
    op,
    vertices: {
      removed: vertices.flatMap(([id, from, to]) => (from && !to ? [{ id, place: from }] : [])),
      added: vertices.flatMap(([id, from, to]) => (!from && to ? [{ id, place: to }] : [])),
      moved: vertices.flatMap(([id, from, to]) =>
        from && to && !same(from, to) ? [{ id, from, to }] : [],
      ),
    },
    atoms: draft.atoms.swap(),
    faces: draft.faces.swap(),
    conflicts: draft.conflicts.swap(),
    cells: touchedCells(draft),
  };
}

/** The cells with other ground, vertices or attributes than in the base, by id. */
export function touchedCells(draft: Draft): FaceId[] {
  const atoms = draft.atoms.differences().flatMap(([, old, now]) => [old?.cell, now?.cell]);
  const ids = new Set([...atoms, ...draft.faces.written].filter((id) => id !== undefined));
  ids.delete(OUTSIDE);
  return [...ids].sort();
}
