import { type Border, borderThrough } from "./border";
import { type Refusal, refuse } from "./change";
import type { Draft } from "./draft";
import { lengthsAlong, placeAlong } from "./lines";
import { cellsWith, communityOf, leavesCommunity, refuseLocked } from "./move";
import type { VertexId } from "./partition";
import { onGrid, type Point, same } from "./point";
import { isRefusal } from "./regroup";
import { SNAP_STEPS } from "./rules";
import { edgeKey } from "./topology";

/** Draw the border that runs through some vertices anew; junctions of atoms keep their share of it. */
export function moveLine(
  draft: Draft,
  from: readonly Point[],
  to: readonly Point[],
): Refusal | null {
  const border = borderNamed(draft, from.map(onGrid));
  if (isRefusal(border)) return border;
  const drawn = to.map(onGrid);
  const ends: Point[] = [];
  for (const [vertex, place] of [
    [border.path[0] ?? -1, drawn[0] ?? [0, 0]],
    [border.path.at(-1) ?? -1, drawn.at(-1) ?? [0, 0]],
  ] as const) {
    const end = endAt(draft, vertex, place);
    if (isRefusal(end)) return end;
    ends.push(end);
  }
  const line = [ends[0] ?? [0, 0], ...drawn.slice(1, -1), ends[1] ?? [0, 0]] as const;
  const refusal = notAllowed(draft, border, line);
  if (refusal !== null) return refusal;
  redrawn(draft, border.path, line);
  return null;
}

/** The border that runs through some places, or the refusal that there is none. */
function borderNamed(draft: Draft, places: readonly Point[]): Border | Refusal {
  const marks: VertexId[] = [];
  for (const place of places) {
    const vertex = draft.vertexNear(place, SNAP_STEPS);
    if (vertex === undefined) return refuse("EDIT_NO_VERTEX", [], place);
    marks.push(vertex);
  }
  return borderThrough(draft, marks) ?? refuse("EDIT_NO_VERTEX", marks, places[0] ?? null);
}

/** The place of an end: its vertex if that is within a centimetre, else free ground. */
function endAt(draft: Draft, vertex: VertexId, place: Point): Point | Refusal {
  const there = draft.vertexNear(place, SNAP_STEPS);
  if (there === vertex) return draft.placeOf(vertex);
  return there === undefined ? place : refuse("EDIT_OVERLAP", [there], draft.placeOf(there));
}

/** Refuse borders of communities that stay, locked cells, and ends that would leave such a border. */
function notAllowed(
  draft: Draft,
  { path, sides }: { path: readonly VertexId[]; sides: readonly string[] },
  line: readonly Point[],
): Refusal | null {
  const [first = -1, last = -1] = [path[0], path.at(-1)];
  const communities = new Set(sides.map((id) => communityOf(draft, id)));
  if (communities.size > 1 && !draft.withParents) {
    return refuse("EDIT_OTHER_COMMUNITY", [...communities].sort(), draft.placeOf(first));
  }
  const moved = [
    [first, line[0] ?? [0, 0]],
    [last, line.at(-1) ?? [0, 0]],
  ] as const;
  const ends = moved.filter(([vertex, place]) => !same(draft.placeOf(vertex), place));
  const ids = new Set([...sides, ...ends.flatMap(([vertex]) => cellsWith(draft, vertex))]);
  const locked = refuseLocked(draft, [...ids].sort());
  if (locked !== null) return locked;
  for (const [vertex, place] of ends) {
    const refusal = leavesCommunity(draft, vertex, place);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Replace each stretch between junctions by the same share of the new line. */
function redrawn(draft: Draft, path: readonly VertexId[], line: readonly Point[]): void {
  const old = lengthsAlong(path.map(draft.placeOf));
  const fresh = lengthsAlong(line);
  const [oldLength, length] = [old.at(-1) ?? 1, fresh.at(-1) ?? 0];
  const stops = path.flatMap((vertex, i) =>
    i === 0 || i === path.length - 1 || draft.atomsAt(vertex).length > 2 ? [i] : [],
  );
  const far = stops.map((i) => ((old[i] ?? 0) / oldLength) * length);
  const places = stops.map((i, k): Point => {
    if (i === 0) return line[0] ?? [0, 0];
    if (i === path.length - 1) return line.at(-1) ?? [0, 0];
    return onGrid(placeAlong(line, fresh, far[k] ?? 0));
  });
  const kept = new Set(stops.map((i) => path[i] ?? -1));
  stops.forEach((i, k) => {
    draft.vertices.set(path[i] ?? -1, places[k] ?? [0, 0]);
  });
  const between = new Map<number, VertexId[]>();
  stops.slice(1).forEach((j, k) => {
    const i = stops[k] ?? 0;
    const inner = line.filter((_, n) => isWithin(fresh[n] ?? 0, far[k] ?? 0, far[k + 1] ?? 0));
    const ids = inner.map((place) => draft.newVertex(place));
    between.set(edgeKey(path[i] ?? -1, path[i + 1] ?? -1), ids);
    between.set(edgeKey(path[j] ?? -1, path[j - 1] ?? -1), ids.toReversed());
  });
  const dropped = new Set(path.filter((id) => !kept.has(id)));
  draft.redraw(path, (ring) =>
    ring.flatMap((id, i) => [
      ...(dropped.has(id) ? [] : [id]),
      ...(between.get(edgeKey(id, ring[(i + 1) % ring.length] ?? -1)) ?? []),
    ]),
  );
  for (const id of dropped) draft.vertices.delete(id);
}

function isWithin(value: number, low: number, high: number): boolean {
  return low < value && value < high;
}
