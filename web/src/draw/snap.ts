import { signal } from "@preact/signals";
import type { VertexId } from "../model/partition";
import type { Point } from "../model/point";
import { STEPS } from "../model/rules";
import { linesOf, snap } from "../model/snapping";
import { drawing } from "./drawing";
import type { At } from "./modes/mode";

/** What a place that is drawn jumps to when it is near. */
export const SNAPS = ["vertices", "borders", "blocks", "streets"] as const;
export type Snap = (typeof SNAPS)[number];
export const snaps = signal<ReadonlySet<Snap>>(new Set(["vertices", "borders"]));

/**
 * A place that is drawn, moved to what it is to snap to. A vertex that is dragged, `but`, snaps to
 * other vertices and to streets: on a border of another cell it could not be.
 */
export function snapped(at: At, but: VertexId | null = null): Point {
  const now = drawing.value?.now;
  if (now === undefined || at.more) return at.place;
  const to = {
    vertices: snaps.value.has("vertices"),
    borders: but === null && snaps.value.has("borders"),
    blocks: snaps.value.has("blocks"),
    lines: snaps.value.has("streets") ? linesOf(at.streets()) : undefined,
    except: but ?? undefined,
  };
  return snap(now, at.place, at.reach / STEPS, to)?.place ?? at.place;
}
