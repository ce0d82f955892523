import { Draft } from "./draft";
import { type Edit, inMetres, inSteps, type Place } from "./edit";
import { away } from "./lines";
import { OUTSIDE, type Partition, type VertexId } from "./partition";
import { SNAP_STEPS } from "./rules";
import { cellsAt } from "./topology";

/**
 * A border edit that was drawn on `base`, as it is wanted on `now`, where others have moved the same
 * border: it begins where the vertices are now, and ends where it did.
 */
export function followMoved(edit: Edit, base: Partition, now: Partition): Edit {
  const [drawn, there] = [new Draft(base), new Draft(now)];
  const moved = (place: Place) => placeNow(place, drawn, there);
  if (edit.op === "move_border" || edit.op === "weld") return { ...edit, from: moved(edit.from) };
  if (edit.op !== "move_line") return edit;
  const last = edit.to.length - 1;
  const to = edit.to.map((place, i) => (i === 0 || i === last ? moved(place) : place));
  return { ...edit, from: edit.from.map(moved), to };
}

/** Where the vertex is now that was at a place: one between the same cells, at a place that is new. */
function placeNow(place: Place, drawn: Draft, there: Draft): Place {
  const from = inSteps(place);
  const vertex = drawn.vertexNear(from, SNAP_STEPS);
  if (vertex === undefined || there.vertexNear(from, SNAP_STEPS) !== undefined) return place;
  const ids = cellsAt(drawn.base, vertex);
  const isSame = (id: VertexId) => cellsAt(there.base, id).join() === ids.join();
  const isNew = (id: VertexId) => drawn.vertexNear(there.placeOf(id), SNAP_STEPS) === undefined;
  const [cell] = ids.filter((id) => id !== OUTSIDE);
  const [nearest] = (there.base.faces.get(cell ?? "")?.rings.flat() ?? [])
    .filter((id) => isSame(id) && isNew(id))
    .sort((a, b) => away(there.placeOf(a), from) - away(there.placeOf(b), from));
  return nearest === undefined ? place : inMetres(there.placeOf(nearest));
}
