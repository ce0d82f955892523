import { double, edgeHits, type Hit } from "./chords";
import type { Draft } from "./draft";
import { away, awayFrom } from "./lines";
import type { AtomId, VertexId } from "./partition";
import { replaced } from "./pieces";
import type { Point } from "./point";
import { doubleArea, placeInArea } from "./ring";
import { type EdgeKey, edgeKey, edgesOf } from "./topology";
import type { DirectedEdge } from "./trace";

/** What came of cutting atoms: the ids there now, and the edges of the cut, both ways. */
export interface Cut {
  readonly atoms: readonly AtomId[];
  readonly edges: ReadonlySet<EdgeKey>;
  readonly paths: readonly (readonly VertexId[])[];
}

/**
 * Cut atoms along lines from border to border; every neighbour gets the new junctions. An atom that
 * is not cut keeps its id, the pieces of another one share its households by area.
 */
export function cutAtoms(
  draft: Draft,
  atoms: readonly AtomId[],
  lines: readonly (readonly Point[])[],
): Cut {
  const paths = lines.map((line) => putOnEdges(draft, atoms, line));
  const edges = new Set<EdgeKey>();
  const inside = new Map<AtomId, DirectedEdge[]>();
  for (const [from, to] of paths.flatMap((path) => steps(path))) {
    edges.add(edgeKey(from, to)).add(edgeKey(to, from));
    if (draft.leftOf(from, to) || draft.leftOf(to, from)) continue;
    const atom = atomUnder(draft, atoms, from, to);
    if (atom !== undefined) inside.set(atom, [...(inside.get(atom) ?? []), [from, to]]);
  }
  const made = [...atoms].sort().flatMap((id) => {
    const atom = draft.atoms.get(id);
    const cuts = inside.get(id);
    return atom === undefined || cuts === undefined ? [id] : replaced(draft, atom, cuts);
  });
  return { atoms: made.sort(), edges, paths };
}

/** The atoms on each side of a cut: those that hang together without crossing it. */
export function groupsOf(draft: Draft, { atoms, edges }: Cut): AtomId[][] {
  const left = new Map<EdgeKey, AtomId>();
  const own = atoms.flatMap((id) => draft.atoms.get(id) ?? []);
  for (const atom of own) for (const [a, b] of edgesOf(atom)) left.set(edgeKey(a, b), atom.id);
  const open = new Set(atoms);
  const beside = (id: AtomId): AtomId[] => {
    const atom = draft.atoms.get(id);
    const free = (atom ? edgesOf(atom) : []).filter(([a, b]) => !edges.has(edgeKey(a, b)));
    return free.flatMap(([a, b]) => left.get(edgeKey(b, a)) ?? []);
  };
  const groups: AtomId[][] = [];
  for (const first of atoms) {
    if (!open.delete(first)) continue;
    const group = [first];
    for (const id of group) {
      for (const other of beside(id)) if (open.delete(other)) group.push(other);
    }
    groups.push(group.sort());
  }
  return groups;
}

/** Twice the area of some atoms in square steps. */
export function doubleAreaOf(draft: Draft, atoms: readonly AtomId[]): number {
  const rings = atoms.flatMap((id) => draft.atoms.get(id)?.rings ?? []);
  return rings.reduce((sum, ring) => sum + doubleArea(ring.map(draft.placeOf)), 0);
}

/** The pairs of neighbours of an open path. */
export function steps(path: readonly VertexId[]): DirectedEdge[] {
  return path.slice(1).map((to, i) => [path[i] ?? to, to] as const);
}

/** Put the meetings of a line with the edges of atoms on both, and give the line as vertices. */
function putOnEdges(draft: Draft, atoms: readonly AtomId[], line: readonly Point[]): VertexId[] {
  // the ends were rounded: they are put on their edges first, or the line might just miss them
  for (const end of [line[0], line.at(-1)]) if (end !== undefined) putOnEdge(draft, atoms, end);
  const rings = atoms.flatMap((id) => draft.atoms.get(id)?.rings ?? []);
  const hits = edgeHits(rings, draft.placeOf, line);
  const byEdge = new Map<EdgeKey, Hit[]>();
  for (const hit of hits) {
    const [a, b] = hit.edge;
    const key = edgeKey(Math.min(a, b), Math.max(a, b));
    byEdge.set(key, [...(byEdge.get(key) ?? []), hit]);
  }
  for (const found of byEdge.values()) insertHits(draft, found);
  const own = line.map((place, along) => ({ along, place }));
  const all = [...hits, ...own].sort((a, b) => a.along - b.along);
  const path = all.map(({ place }) => draft.vertexAt(place));
  return path.filter((id, i) => id !== path[i - 1]);
}

/** Put a place on the edge of an atom that it lies on, to a step. */
function putOnEdge(draft: Draft, atoms: readonly AtomId[], place: Point): void {
  if (draft.vertexNear(place, 0) !== undefined) return;
  const edges = atoms.flatMap((id) => edgesOf(draft.atoms.get(id) ?? { rings: [] }));
  const near = edges
    .map(([a, b]) => ({ a, b, gap: awayFrom(draft.placeOf(a), draft.placeOf(b), place) }))
    .filter(({ gap }) => gap <= 1)
    .sort((one, two) => one.gap - two.gap);
  const [edge] = near;
  if (edge !== undefined) draft.insertOnEdge(edge.a, edge.b, [draft.vertexAt(place)]);
}

/** Put the meetings with one edge on it, in order from its first end; its own ends are there already. */
function insertHits(draft: Draft, hits: readonly Hit[]): void {
  const [from, to] = hits[0]?.edge ?? [-1, -1];
  const start = draft.placeOf(from);
  const ordered = hits.toSorted((a, b) => away(start, a.place) - away(start, b.place));
  const ids = new Set(ordered.map(({ place }) => draft.vertexAt(place)));
  const inner = [...ids].filter((id) => id !== from && id !== to);
  if (inner.length > 0) draft.insertOnEdge(from, to, inner);
}

/** The atom that the middle of a new edge lies in. */
function atomUnder(
  draft: Draft,
  atoms: readonly AtomId[],
  from: VertexId,
  to: VertexId,
): AtomId | undefined {
  const middle = double(draft.placeOf(from), draft.placeOf(to));
  return atoms.find((id) => {
    const rings = (draft.atoms.get(id)?.rings ?? []).map((ring) =>
      ring.map((at) => double(draft.placeOf(at), draft.placeOf(at))),
    );
    return placeInArea(rings, middle) === 1;
  });
}
