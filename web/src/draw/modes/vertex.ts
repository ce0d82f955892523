import { signal } from "@preact/signals";
import { type Edit, inMetres } from "../../model/edit";
import type { VertexId } from "../../model/partition";
import { type Point, same } from "../../model/point";
import { STEPS } from "../../model/rules";
import { cancel, confirm, drawing, preview, tryOut } from "../drawing";
import { nearestVertex } from "../pick";
import { snapped } from "../snap";
import { type At, type Mode, parents } from "./mode";

/** The vertex that is taken, and where it is to go; null when none is. */
export const taken = signal<{ readonly id: VertexId; readonly to: Point } | null>(null);
/** The vertex under the pointer. */
export const near = signal<VertexId | null>(null);

/** Take a vertex, as by clicking on it in a list. */
export function takeVertex(id: VertexId): void {
  const place = drawing.value?.now.vertices.get(id);
  taken.value = place === undefined ? null : { id, to: place };
  cancel();
}

/** Drag a vertex: every cell that has it follows; on another vertex the two become one. */
export const vertexMode: Mode = {
  hover: (at) => {
    near.value = vertexAt(at);
  },
  down: (at) => {
    const id = vertexAt(at);
    if (id === null) return false;
    takeVertex(id);
    return taken.value?.to ?? false;
  },
  drag: (at) => {
    if (taken.value !== null) moveTo(snapped(at, taken.value.id));
  },
  drop: () => {
    confirm(); // a refused place stays told until the next step
    taken.value = null;
  },
  nudge: (east_m, north_m) => {
    if (taken.value === null) return false;
    const [x, y] = taken.value.to;
    moveTo([x + east_m * STEPS, y + north_m * STEPS]);
    return true;
  },
  enter: () => {
    if (confirm() && taken.value !== null) takeVertex(taken.value.id);
  },
  escape: () => {
    const held = taken.value;
    if (held !== null && preview.value !== null) takeVertex(held.id);
    else taken.value = null;
    cancel();
  },
};

function vertexAt(at: At): VertexId | null {
  const now = drawing.value?.now;
  return now === undefined ? null : nearestVertex(now, at.place, at.reach);
}

function moveTo(to: Point): void {
  const now = drawing.value?.now;
  const id = taken.value?.id ?? -1;
  const from = now?.vertices.get(id);
  if (now === undefined || from === undefined) return;
  taken.value = { id, to };
  if (same(from, to)) {
    cancel();
    return;
  }
  const other = nearestVertex(now, to, 1, id);
  const ends = { from: inMetres(from), to: inMetres(to), ...parents() };
  const edit: Edit = other === null ? { op: "move_border", ...ends } : { op: "weld", ...ends };
  tryOut(edit);
}
