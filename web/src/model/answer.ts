import { type Change, type Refusal, refuse } from "./change";
import { Draft } from "./draft";
import { away } from "./lines";
import { changeIn } from "./outcome";
import {
  type Atom,
  type AtomId,
  type FaceId,
  OUTSIDE,
  type Partition,
  type VertexId,
} from "./partition";
import { onGrid, type Point } from "./point";
import { turned } from "./polygons";
import { prove } from "./prove";
import { doubleArea } from "./ring";
import { conflictOf, type Feature, polygonsOf } from "./rows";
import { STEPS } from "./rules";
import { edgeKey, edgesOf } from "./topology";
import { type DirectedEdge, traceWalks } from "./trace";

/** A change as the service answers it: rows as they are now, in metres, and those that are gone. */
export interface SavedRows {
  readonly rows: readonly (Feature & { readonly layer: string })[];
  /** As `layer/id`. */
  readonly gone: readonly string[];
}

/**
 * The change that brings a partition to the rows that the service answered with `crs=grid`: after a
 * save, or to see what it would save. A refusal means that the plan was read from another state.
 */
export function changeOfRows(
  partition: Partition,
  answers: readonly SavedRows[],
  op: Change["op"] = "saved",
): Change | Refusal {
  const draft = new Draft(partition);
  for (const answer of answers) {
    const before = new Set<VertexId>();
    putRows(draft, answer, before);
    const refusal = drawOutside(draft) ?? refuseOneSided(draft);
    if (refusal !== null) return refusal;
    draft.dropUnused(before);
  }
  return prove(draft) ?? changeIn(draft, op);
}

/** Put rows on the draft; `before` gets the vertices that what they replace had. */
function putRows(draft: Draft, { rows, gone }: SavedRows, before: Set<VertexId>): void {
  const of = (layer: string) => rows.filter((row) => row.layer === layer);
  for (const row of of("conflicts")) draft.conflicts.set(row.id, conflictOf(row));
  for (const row of of("cells")) putCell(draft, row);
  for (const vertex of of("atoms").flatMap(({ id }) => vertices(draft, id))) before.add(vertex);
  for (const id of gone.flatMap((name) => goneAtoms(draft, name))) {
    for (const vertex of vertices(draft, id)) before.add(vertex);
    draft.atoms.delete(id);
  }
  if (draft.base.ownAtoms) for (const row of of("atoms")) putAtom(draft, row);
  else for (const row of of("cells")) putWhole(draft, row, before);
}

function putCell(draft: Draft, { id, properties }: Feature): void {
  const rings = draft.faces.get(id)?.rings ?? [];
  const community = String(properties.community_id ?? "");
  draft.faces.set(id, { id, community, rings, attributes: properties });
}

function putAtom(draft: Draft, { id, properties, geometry }: Feature): void {
  const cell = String(properties.cell_id ?? "");
  const households = Number(properties.households ?? 0);
  draft.atoms.set(id, { id, cell, households, rings: ringsOf(draft, geometry) });
}

/** A cell of a plan without atoms is one. */
function putWhole(draft: Draft, row: Feature, before: Set<VertexId>): void {
  for (const { id } of draft.atomsOf(row.id)) {
    for (const vertex of vertices(draft, id)) before.add(vertex);
    draft.atoms.delete(id);
  }
  const properties = { ...row.properties, cell_id: row.id };
  putAtom(draft, { ...row, properties });
}

/** The atoms that a name of something gone stands for. */
function goneAtoms(draft: Draft, name: string): AtomId[] {
  const [layer, ...rest] = name.split("/");
  const id: FaceId = rest.join("/");
  if (layer === "atoms") return [id];
  const whole = layer === "cells" && !draft.base.ownAtoms;
  return whole ? draft.atomsOf(id).map((atom) => atom.id) : [];
}

function ringsOf(draft: Draft, geometry: Feature["geometry"]): Atom["rings"] {
  const [rings = []] = polygonsOf(geometry);
  const place = ([x, y]: Point) => onGrid([x * STEPS, y * STEPS]);
  return rings.map((ring, i) =>
    turned(
      ring.map((at) => draft.vertexAt(place(at))),
      draft.placeOf,
      i === 0,
    ),
  );
}

function vertices(draft: Draft, id: AtomId): VertexId[] {
  return draft.atoms.get(id)?.rings.flat() ?? [];
}

/** Draw the outside along the atoms that were written; refuse where ground came or went. */
function drawOutside(draft: Draft): Refusal | null {
  const outside = draft.atoms.get(OUTSIDE);
  const written = draft.atoms.differences().filter(([id]) => id !== OUTSIDE);
  const now = written.flatMap(([, , atom]) => (atom === undefined ? [] : edgesOf(atom)));
  const missing = now.flatMap(([a, b]): DirectedEdge[] => (draft.leftOf(b, a) ? [] : [[b, a]]));
  if (outside === undefined || missing.length === 0) return null;
  const drawn = new Set(now.map(([a, b]) => edgeKey(b, a)));
  const stale = new Set(
    written
      .flatMap(([, atom]) => (atom === undefined ? [] : edgesOf(atom)))
      .map(([a, b]) => edgeKey(b, a)),
  );
  const kept = edgesOf(outside).filter(
    ([a, b]) => drawn.has(edgeKey(a, b)) || !stale.has(edgeKey(a, b)),
  );
  const rings = traceWalks([...kept, ...missing], draft.placeOf).flatMap((walk) => walk.rings);
  const area = (all: Atom["rings"]) =>
    all.reduce((sum, ring) => sum + doubleArea(ring.map(draft.placeOf)), 0);
  const length = missing.reduce((sum, [a, b]) => sum + away(draft.placeOf(a), draft.placeOf(b)), 0);
  // a junction may bend the border by less than a step
  if (Math.abs(area(rings) - area(outside.rings)) > 2 * length) {
    return refuse("EDIT_STALE", [], draft.placeOf(missing[0]?.[0] ?? -1));
  }
  draft.atoms.set(OUTSIDE, { ...outside, rings });
  return null;
}

/** Refuse an edge that was drawn, or whose other side was, with ground on one side only. */
function refuseOneSided(draft: Draft): Refusal | null {
  const atoms = draft.atoms.differences().flatMap(([, old, now]) => [old, now]);
  for (const [a, b] of atoms.flatMap((atom) => (atom === undefined ? [] : edgesOf(atom)))) {
    const sides = [draft.leftOf(a, b), draft.leftOf(b, a)];
    if (sides.filter((atom) => atom !== undefined).length === 1) {
      return refuse("EDIT_STALE", [], draft.placeOf(a));
    }
  }
  return null;
}
