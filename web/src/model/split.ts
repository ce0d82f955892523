import type { Refusal } from "./change";
import type { Draft } from "./draft";
import { halves } from "./halves";
import { refuseLocked } from "./move";
import type { AtomId, Face, FaceId } from "./partition";
import type { Point } from "./point";
import { cellNamed, isRefusal, newCell, refuseTaken, regroup } from "./regroup";

const NUMERALS = "一二三四五六七八九十";

/** Cut a cell along a line; the first new id is the piece to its left, neighbours get the junctions. */
export function split(
  draft: Draft,
  id: FaceId,
  line: readonly Point[],
  newIds: readonly FaceId[],
): Refusal | null {
  const cell = divisible(draft, id, newIds);
  if (isRefusal(cell)) return cell;
  const atoms = draft.atomsOf(id).map((atom) => atom.id);
  const found = halves(draft, atoms, line, id);
  return isRefusal(found) ? found : intoParts(draft, cell, [found.left, found.right], newIds);
}

/** The cell that is to become cells of these ids, or why it cannot be divided. */
export function divisible(draft: Draft, id: FaceId, newIds: readonly FaceId[]): Face | Refusal {
  const cell = cellNamed(draft, id);
  if (isRefusal(cell)) return cell;
  return refuseLocked(draft, [id]) ?? refuseTaken(draft, newIds, [id]) ?? cell;
}

/** Make a cell of each group of atoms, named after the cell they come from. */
export function intoParts(
  draft: Draft,
  cell: Face,
  parts: readonly (readonly AtomId[])[],
  newIds: readonly FaceId[],
): Refusal | null {
  const name = String(cell.attributes.name ?? "");
  const made = newIds.map((id, i) => newCell(cell, id, `${name}之${NUMERALS[i] ?? i + 1}`));
  const homes = new Map(
    parts.flatMap((part, i) => part.map((atom) => [atom, newIds[i] ?? ""] as const)),
  );
  return regroup(draft, homes, made);
}
