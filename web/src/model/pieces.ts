import { apportioned } from "./counts";
import type { Draft } from "./draft";
import { interiorPlace } from "./interior";
import type { Atom, AtomId, Ring, VertexId } from "./partition";
import { doubleArea, ringInRing } from "./ring";
import { edgeKey, edgesOf } from "./topology";
import { type DirectedEdge, traceWalks, type Walk } from "./trace";

/** Put the pieces of an atom in its place, from west to east, then from north to south. */
export function replaced(draft: Draft, atom: Atom, cuts: readonly DirectedEdge[]): AtomId[] {
  const places = (ring: Ring) => ring.map(draft.placeOf);
  const pieces = piecesOf(draft, atom, cuts).map((rings) => {
    const [x, y] = interiorPlace(rings.map(places));
    const area = rings.reduce((sum, ring) => sum + doubleArea(places(ring)), 0);
    return { rings, x, y, area };
  });
  if (pieces.length < 2) return [atom.id];
  pieces.sort((a, b) => a.x - b.x || b.y - a.y);
  const households = apportioned(
    atom.households,
    pieces.map(({ area }) => area),
  );
  draft.atoms.delete(atom.id);
  return pieces.map(({ rings }, i) => {
    const id = newAtomId(draft, atom.id);
    draft.origin.set(id, draft.origin.get(atom.id) ?? atom.id);
    draft.atoms.set(id, { ...atom, id, rings, households: households[i] ?? 0 });
    return id;
  });
}

/** The rings of the pieces that an atom falls into along some edges. */
function piecesOf(draft: Draft, atom: Atom, cuts: readonly DirectedEdge[]): Ring[][] {
  const both = cuts.flatMap(([a, b]): DirectedEdge[] => [
    [a, b],
    [b, a],
  ]);
  const walks = traceWalks([...edgesOf(atom), ...both], draft.placeOf);
  const dividing = cuts.filter(([a, b]) => !walks.some((walk) => isBridge(walk, a, b)));
  if (dividing.length < cuts.length) {
    return dividing.length === 0 ? [] : piecesOf(draft, atom, dividing);
  }
  return partsOf(draft, walks).map((part) => {
    const rings = part.flatMap((walk) => walk.rings);
    return rings.sort((a, b) => area(draft, b) - area(draft, a));
  });
}

/** Whether an edge has the same border of the same piece on both sides. */
function isBridge({ edges }: Walk, from: VertexId, to: VertexId): boolean {
  return edges.has(edgeKey(from, to)) && edges.has(edgeKey(to, from));
}

/** The walks of each piece: the one with its outer ring, then those of the holes that lie in it. */
function partsOf(draft: Draft, walks: readonly Walk[]): Walk[][] {
  const outerOf = (walk: Walk) => walk.rings.find((ring) => area(draft, ring) > 0);
  const places = (ring: Ring | undefined) => (ring ?? []).map(draft.placeOf);
  const parts = walks.filter(outerOf).map((walk) => [walk]);
  for (const walk of walks) {
    if (outerOf(walk) !== undefined) continue;
    const hole = places(walk.rings[0]);
    parts
      .find(([outer]) => outer !== undefined && ringInRing(hole, places(outerOf(outer))))
      ?.push(walk);
  }
  return parts;
}

function area(draft: Draft, ring: Ring): number {
  return doubleArea(ring.map(draft.placeOf));
}

/** An id for a piece of an atom that no atom has or had in this draft. */
function newAtomId(draft: Draft, old: AtomId): AtomId {
  let number = 1;
  while (draft.atoms.knows(`${old}.${number}`)) number += 1;
  return `${old}.${number}`;
}
