import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { type Atom, type FaceId, OUTSIDE, type Ring, type VertexId } from "./partition";
import type { Point } from "./point";
import { doubleArea } from "./ring";
import { edgeKey, edgesOf } from "./topology";
import { traceWalks } from "./trace";

/** The rings around some atoms, the outer one first; more than one outer where they lie apart. */
export function outline(
  atoms: readonly Pick<Atom, "rings">[],
  placeOf: (id: VertexId) => Point,
): Ring[] {
  const edges = atoms.flatMap((atom) => edgesOf(atom));
  const own = new Set(edges.map(([a, b]) => edgeKey(a, b)));
  const free = edges.filter(([a, b]) => !own.has(edgeKey(b, a)));
  const rings = traceWalks(free, placeOf).flatMap((walk) => walk.rings);
  const outer = rings.filter((ring) => doubleArea(ring.map(placeOf)) > 0);
  return [...outer, ...rings.filter((ring) => !outer.includes(ring))];
}

/** How many outer rings there are: one for ground that hangs together along borders. */
export function parts(rings: readonly Ring[], placeOf: (id: VertexId) => Point): Ring[] {
  return rings.filter((ring) => doubleArea(ring.map(placeOf)) > 0);
}

/** Draw every cell anew whose atoms were drawn anew or changed hands; refuse one that falls apart. */
export function outlineCells(draft: Draft): Refusal | null {
  for (const id of redrawnCells(draft)) {
    const atoms = draft.atomsOf(id);
    if (atoms.length === 0) {
      draft.faces.delete(id);
      continue;
    }
    const face = draft.faces.get(id);
    if (face === undefined) return refuse("EDIT_UNKNOWN_ID", [id]);
    const rings =
      id === OUTSIDE ? atoms.flatMap((atom) => atom.rings) : outline(atoms, draft.placeOf);
    const apart = id === OUTSIDE ? [] : parts(rings, draft.placeOf).slice(1);
    const [vertex] = apart[0] ?? [];
    if (vertex !== undefined) return refuse("EDIT_MULTIPART", [id], draft.placeOf(vertex));
    if (!sameRings(face.rings, rings)) draft.faces.set(id, { ...face, rings });
  }
  return null;
}

/** The cells of atoms that came, went, have other rings or another cell; by id. */
function redrawnCells(draft: Draft): FaceId[] {
  const redrawn = draft.atoms
    .differences()
    .filter(([, old, now]) => old?.rings !== now?.rings || old?.cell !== now?.cell);
  const ids = redrawn.flatMap(([, old, now]) => [old?.cell, now?.cell]);
  return [...new Set(ids.filter((id) => id !== undefined))].sort();
}

/** Whether rings have the same vertices in the same round, wherever they begin. */
export function sameRings(one: readonly Ring[], two: readonly Ring[]): boolean {
  if (one === two) return true;
  const key = (ring: Ring): string => {
    const start = ring.indexOf(Math.min(...ring));
    return [...ring.slice(start), ...ring.slice(0, start)].join();
  };
  const [a, b] = [one.map(key), two.map(key)];
  return (
    a.length === b.length && a[0] === b[0] && a.toSorted().join(";") === b.toSorted().join(";")
  );
}
