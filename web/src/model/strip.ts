import { type Refusal, refuse } from "./change";
import { chordsOf } from "./chords";
import { cutAtoms, doubleAreaOf } from "./cutting";
import type { Draft } from "./draft";
import { interiorPlace } from "./interior";
import { away, snappedLine } from "./lines";
import { outline } from "./outline";
import type { AtomId, Conflict, FaceId } from "./partition";
import { onGrid, type Point } from "./point";
import { placeInArea } from "./ring";
import { PIECE_STEPS2, RULES, STEPS } from "./rules";
import { boxOf } from "./squares";
import { atomsNear, edgesOf } from "./topology";

/** Cut the atoms of a cell along the border of a strip; the atoms that lie in the strip then. */
export function cutByStrip(draft: Draft, cell: FaceId, strip: Conflict): AtomId[] {
  const own = draft.atomsOf(cell);
  const rings = outline(own, draft.placeOf);
  const area = rings.map((ring) => ring.map(draft.placeOf));
  const vertices = [...new Set(own.flatMap((atom) => atom.rings.flat()))].map(draft.placeOf);
  const lines = strip.polygons.flat().map((ring) => snappedLine(closed(ring, area), vertices));
  const chords = lines.flatMap((line) => {
    const found = chordsOf(rings, draft.placeOf, line);
    const isIsland = found.length === 0 && line.every((place) => placeInArea(area, place) === 1);
    return isIsland ? [line] : found;
  });
  const ids = own.map(({ id }) => id);
  const { atoms } = cutAtoms(draft, ids, chords);
  return atoms.filter((id) => isInStrip(draft, id, strip));
}

/** The two cells a strip is about: the one with most of it, and the one beyond its border. */
export function sidesOf(draft: Draft, strip: Conflict): [FaceId, FaceId] | Refusal {
  const [cell] = underStrip(draft, strip);
  if (cell === undefined) return refuse("EDIT_UNKNOWN_ID", [strip.id], middleOf(strip));
  const other = beyond(draft, cell, strip);
  return other === null ? refuse("EDIT_NOT_ADJACENT", [cell], middleOf(strip)) : [cell, other];
}

/** The cells a strip lies in, the one with most of it first. */
export function underStrip(draft: Draft, strip: Conflict): FaceId[] {
  const near = atomsNear(draft.topology, boxOf(strip.polygons.flat(2)));
  const ids = new Set([...near].flatMap((id) => draft.atoms.get(id)?.cell ?? []));
  const held = [...ids].map((id) => {
    const trial = draft.copy();
    return { id, area: doubleAreaOf(trial, cutByStrip(trial, id, strip)) };
  });
  const found = held.filter(({ area }) => area >= 2 * PIECE_STEPS2);
  return found.sort((a, b) => b.area - a.area || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
}

/** The neighbour in the same community with which the strip in a cell has the longest border. */
export function beyond(draft: Draft, cell: FaceId, strip: Conflict): FaceId | null {
  const trial = draft.copy();
  const shared = new Map<FaceId, number>();
  const community = draft.faces.get(cell)?.community;
  for (const id of cutByStrip(trial, cell, strip)) {
    for (const [a, b] of edgesOf(trial.atoms.get(id) ?? { rings: [] })) {
      const other = trial.leftOf(b, a)?.cell ?? "";
      if (other === cell || trial.faces.get(other)?.community !== community) continue;
      const length = away(trial.placeOf(a), trial.placeOf(b));
      shared.set(other, (shared.get(other) ?? 0) + length);
    }
  }
  const wide = [...shared].filter(([, length]) => length > RULES.sliver_width_m * STEPS);
  wide.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return wide[0]?.[0] ?? null;
}

/** The middle of a strip, to look at. */
export function middleOf({ polygons: [rings = []] }: Conflict): Point | null {
  return rings.length === 0 ? null : onGrid(interiorPlace(rings));
}

function isInStrip(draft: Draft, id: AtomId, strip: Conflict): boolean {
  const rings = (draft.atoms.get(id)?.rings ?? []).map((ring) => ring.map(draft.placeOf));
  const place = onGrid(interiorPlace(rings));
  return strip.polygons.some((polygon) => placeInArea(polygon, place) === 1);
}

/** A ring as a line that begins where it is not inside an area, so that no part inside is torn. */
function closed(ring: readonly Point[], area: readonly (readonly Point[])[]): Point[] {
  const start = Math.max(
    0,
    ring.findIndex((place) => placeInArea(area, place) !== 1),
  );
  const turned = [...ring.slice(start), ...ring.slice(0, start)];
  return [...turned, ...turned.slice(0, 1)];
}
