import { signal } from "@preact/signals";
import { inMetres } from "../../model/edit";
import type { VertexId } from "../../model/partition";
import type { Point } from "../../model/point";
import { STEPS } from "../../model/rules";
import { cancel, confirm, drawing, tryOut } from "../drawing";
import { nearestBorder, wholeBorder } from "../pick";
import { type At, type Mode, parents } from "./mode";

interface Taken {
  readonly path: readonly VertexId[];
  readonly held: Point;
  readonly by: Point;
}

/** The border that is taken, where it was taken, and how far it is to go. */
export const takenBorder = signal<Taken | null>(null);
/** The border under the pointer. */
export const nearBorder = signal<readonly VertexId[]>([]);

/** Drag a whole border between two junctions: its ends stay, the cells on both sides follow. */
export const borderMode: Mode = {
  hover: (at) => {
    nearBorder.value = borderAt(at)?.path ?? [];
  },
  down: (at) => {
    takenBorder.value = borderAt(at);
    return takenBorder.value?.held ?? false;
  },
  drag: (at) => {
    const taken = takenBorder.value;
    if (taken === null) return;
    shift([at.place[0] - taken.held[0], at.place[1] - taken.held[1]]);
  },
  drop: () => {
    confirm();
    takenBorder.value = null;
  },
  nudge: (east_m, north_m) => {
    if (takenBorder.value === null) return false;
    const { by } = takenBorder.value;
    shift([by[0] + east_m * STEPS, by[1] + north_m * STEPS]);
    return true;
  },
  enter: () => {
    if (confirm()) takenBorder.value = null;
  },
  escape: () => {
    cancel();
    takenBorder.value = null;
  },
};

function borderAt(at: At): Taken | null {
  const now = drawing.value?.now;
  const met = now === undefined ? null : nearestBorder(now, at.place, at.reach);
  if (now === undefined || met === null) return null;
  return { path: wholeBorder(now, met), held: met.place, by: [0, 0] };
}

function shift([dx, dy]: Point): void {
  const taken = takenBorder.value;
  const vertices = drawing.value?.now.vertices;
  if (taken === null || vertices === undefined) return;
  takenBorder.value = { ...taken, by: [dx, dy] };
  const places = taken.path.map((id): Point => vertices.get(id) ?? [0, 0]);
  const inner = places.slice(1, -1);
  const moved = (inner.length > 0 ? inner : [taken.held]).map(([x, y]): Point => [x + dx, y + dy]);
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return;
  if (dx === 0 && dy === 0) cancel();
  else
    tryOut({
      op: "move_line",
      from: places.map(inMetres),
      to: [first, ...moved, last].map(inMetres),
      ...parents(),
    });
}
