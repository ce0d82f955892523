import { balancedLine } from "./balance";
import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { halves } from "./halves";
import { interiorPlace } from "./interior";
import { outline } from "./outline";
import type { AtomId, FaceId } from "./partition";
import { isRefusal } from "./regroup";
import { divisible, intoParts } from "./split";

/**
 * Cut a cell by straight lines into parts of about equal households, named from west to east and from
 * north to south. A preview: where doors are known the server balances these (ask `edits/try`).
 */
export function splitK(
  draft: Draft,
  id: FaceId,
  k: number,
  newIds: readonly FaceId[],
): Refusal | null {
  const cell = divisible(draft, id, newIds);
  if (isRefusal(cell)) return cell;
  if (k < 2 || newIds.length !== k) return refuse("EDIT_SYNTAX", newIds);
  const parts = divide(
    draft,
    draft.atomsOf(id).map((atom) => atom.id),
    k,
    id,
  );
  if (isRefusal(parts)) return parts;
  const placed = parts.map((atoms) => {
    const own = atoms.flatMap((atom) => draft.atoms.get(atom) ?? []);
    const rings = outline(own, draft.placeOf).map((ring) => ring.map(draft.placeOf));
    return { atoms, place: interiorPlace(rings) };
  });
  placed.sort((a, b) => a.place[0] - b.place[0] || b.place[1] - a.place[1]);
  return intoParts(
    draft,
    cell,
    placed.map(({ atoms }) => atoms),
    newIds,
  );
}

/** So many groups of atoms: one straight cut into half of them and the rest, then each again. */
function divide(
  draft: Draft,
  atoms: readonly AtomId[],
  k: number,
  of: FaceId,
): AtomId[][] | Refusal {
  if (k === 1) return [[...atoms]];
  const half = Math.floor(k / 2);
  const line = balancedLine(draft, atoms, half / k);
  if (line === null) return refuse("EDIT_LINE_NOT_CROSSING", [of]);
  const cut = halves(draft, atoms, line, of);
  if (isRefusal(cut)) return cut;
  const first = divide(draft, cut.left, half, of);
  if (isRefusal(first)) return first;
  const rest = divide(draft, cut.right, k - half, of);
  return isRefusal(rest) ? rest : [...first, ...rest];
}
