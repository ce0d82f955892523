import { type Refusal, refuse } from "./change";
import { clash, type Edge, edgeOf } from "./crossing";
import type { Draft } from "./draft";
import { outlineCells } from "./outline";
import { type Atom, OUTSIDE } from "./partition";
import type { Point } from "./point";
import { shapeFaults } from "./shape";
import { boxOf } from "./squares";
import { atomsNear, edgeKey, edgesOf } from "./topology";

/** Prove what a draft has written, given that its base is valid, and draw its cells; null if it is. */
export function prove(draft: Draft): Refusal | null {
  const atoms = draft.atoms.differences().flatMap(([, , now]) => now ?? []);
  for (const atom of atoms) {
    const [fault] = shapeFaults(atom.id, atom.rings, draft.placeOf);
    if (fault === undefined) continue;
    const apart = fault.code === "CUT_INTERIOR" || fault.code === "REPEATED_VERTEX";
    const place = fault.vertex === undefined ? null : draft.placeOf(fault.vertex);
    return refuse(apart ? "EDIT_MULTIPART" : "EDIT_OVERLAP", [atom.cell], place);
  }
  return clashing(draft, atoms) ?? outlineCells(draft);
}

/** Refuse where an edge that is new or was moved meets another one. */
function clashing(draft: Draft, atoms: readonly Atom[]): Refusal | null {
  const fresh = freshEdges(draft, atoms);
  if (fresh.length === 0) return null;
  const box = boxOf(fresh.flatMap(({ ends }) => ends));
  const near = new Set([...atomsNear(draft.topology, box), ...atoms.map(({ id }) => id)]);
  near.delete(OUTSIDE); // each of its edges has a cell on the other side
  for (const id of near) {
    const atom = draft.atoms.get(id);
    for (const [a, b] of atom === undefined ? [] : edgesOf(atom)) {
      const other = edgeOf(a, b, draft.placeOf(a), draft.placeOf(b));
      const edge = fresh.find((one) => clash(one, other));
      if (edge !== undefined) {
        return refuse("EDIT_OVERLAP", [atom?.cell ?? ""], meetingPlace(edge, other));
      }
    }
  }
  return null;
}

/** The end that the other edge is likely to be seen at: one that is no vertex of the fresh edge. */
function meetingPlace(fresh: Edge, other: Edge): Point {
  return fresh.ids.includes(other.ids[0]) ? other.ends[1] : other.ends[0];
}

/** The edges of some atoms that the base does not have at that place, each in one direction. */
function freshEdges(draft: Draft, atoms: readonly Atom[]): Edge[] {
  const { left } = draft.topology;
  const moved = new Set(draft.vertices.written);
  const found = new Map<number, Edge>();
  for (const [from, to] of atoms.flatMap((atom) => edgesOf(atom))) {
    const [a, b] = from < to ? [from, to] : [to, from];
    const there = left.has(edgeKey(a, b)) || left.has(edgeKey(b, a));
    if (there && !moved.has(a) && !moved.has(b)) continue;
    found.set(edgeKey(a, b), edgeOf(a, b, draft.placeOf(a), draft.placeOf(b)));
  }
  return [...found.values()];
}
