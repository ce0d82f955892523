import { signal } from "@preact/signals";
import type { VertexId } from "../model/partition";
import type { Point } from "../model/point";
import { drawing } from "./drawing";
import type { At } from "./modes/mode";
import { nearestBorder, nearestVertex } from "./pick";

/** What a place that is drawn jumps to when it is near. */
export const SNAPS = ["vertices", "borders", "streets"] as const;
export type Snap = (typeof SNAPS)[number];
export const snaps = signal<ReadonlySet<Snap>>(new Set(["vertices", "borders"]));

/** The nearest place on a street, given by the map; null where none is near. */
export const streetAt = signal<(at: At) => Point | null>(() => null);

/** A place that is drawn, moved to what it is to snap to; `but` is the vertex that is drawn itself. */
export function snapped(at: At, but: VertexId | null = null): Point {
  const now = drawing.value?.now;
  if (now === undefined || at.more) return at.place;
  if (snaps.value.has("vertices")) {
    const id = nearestVertex(now, at.place, at.reach, but);
    const place = id === null ? undefined : now.vertices.get(id);
    if (place !== undefined) return place;
  }
  if (snaps.value.has("borders") && but === null) {
    const met = nearestBorder(now, at.place, at.reach);
    if (met !== null) return met.place;
  }
  return (snaps.value.has("streets") ? streetAt.value(at) : null) ?? at.place;
}
