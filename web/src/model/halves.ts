import { type Refusal, refuse } from "./change";
import { chordsOf } from "./chords";
import { type Cut, cutAtoms, doubleAreaOf, groupsOf, steps } from "./cutting";
import type { Draft } from "./draft";
import { crossingItself, distinct, snappedLine } from "./lines";
import { outline } from "./outline";
import type { AtomId, FaceId } from "./partition";
import { onGrid, type Point } from "./point";
import { PIECE_STEPS2 } from "./rules";
import { edgeKey } from "./topology";

/** The atoms to the left and to the right of a line. */
export interface Halves {
  readonly kind: "halves";
  readonly left: readonly AtomId[];
  readonly right: readonly AtomId[];
}

/** Cut some atoms of one cell in two along a line; loose ends and what lies outside count for nothing. */
export function halves(
  draft: Draft,
  atoms: readonly AtomId[],
  line: readonly Point[],
  of: FaceId,
): Halves | Refusal {
  const own = atoms.flatMap((id) => draft.atoms.get(id) ?? []);
  const rings = outline(own, draft.placeOf);
  const vertices = [...new Set(own.flatMap((atom) => atom.rings.flat()))].map(draft.placeOf);
  const drawn = distinct(snappedLine(distinct(line.map(onGrid)), vertices));
  const [place = null] = drawn;
  const ground = rings.map((ring) => ring.map(draft.placeOf));
  const crossing = crossingItself(drawn, ground);
  if (crossing !== null) return refuse("EDIT_OVERLAP", [of], crossing);
  const chords = cuttingChords(draft, atoms, chordsOf(rings, draft.placeOf, drawn));
  if (chords.length === 0) return refuse("EDIT_LINE_NOT_CROSSING", [of], place);
  const cut = cutAtoms(draft, atoms, chords);
  const groups = groupsOf(draft, cut);
  if (groups.length > 2) return refuse("EDIT_MULTIPART", [of], place);
  const small = groups.some((group) => doubleAreaOf(draft, group) < 2 * PIECE_STEPS2);
  if (groups.length < 2 || small) return refuse("EDIT_LINE_NOT_CROSSING", [of], place);
  const [left = [], right = []] = isLeft(draft, groups[0] ?? [], cut)
    ? groups
    : groups.toReversed();
  return { kind: "halves", left, right };
}

/** The chords that have different pieces on their sides; the others cut nothing and are left out. */
function cuttingChords(
  draft: Draft,
  atoms: readonly AtomId[],
  chords: readonly Point[][],
): readonly Point[][] {
  const trial = draft.copy();
  const cut = cutAtoms(trial, atoms, chords);
  const groupOf = new Map(groupsOf(trial, cut).flatMap((ids, i) => ids.map((id) => [id, i])));
  const cutting = chords.filter((_, i) => {
    const [from = -1, to = -1] = cut.paths[i] ?? [];
    const [left, right] = [trial.leftOf(from, to), trial.leftOf(to, from)];
    return groupOf.get(left?.id ?? "") !== groupOf.get(right?.id ?? "");
  });
  return cutting.length < chords.length ? cuttingChords(draft, atoms, cutting) : chords;
}

/** Whether some atoms lie to the left of the first step of a cut. */
function isLeft(draft: Draft, group: readonly AtomId[], cut: Cut): boolean {
  const [from = -1, to = -1] = steps(cut.paths[0] ?? [])[0] ?? [];
  const atom = cut.edges.has(edgeKey(from, to)) ? draft.leftOf(from, to) : undefined;
  return atom !== undefined && group.includes(atom.id);
}
