import { computed, signal } from "@preact/signals";
import { type Row, readRows } from "../api/plans";
import type { FaceId } from "../model/partition";
import { featuresOf } from "../model/rows";
import { run } from "./bench";
import { drawing } from "./drawing";

interface Other {
  readonly id: string;
  /** Its cells in metres, and the same ones in degrees. */
  readonly cells: readonly Row[];
  readonly drawn: readonly Row[];
}

/** The plan that this one is compared with. */
export const other = signal<Other | null>(null);

/** The cells of the other plan that are otherwise here, or not here at all. */
export const differing = computed((): readonly Row[] => {
  const now = drawing.value?.now;
  if (other.value === null || now === undefined) return [];
  const { cells, drawn } = other.value;
  const ours = new Map(
    featuresOf(now).map(({ id, geometry }) => [id, shapeKey(geometry.coordinates)]),
  );
  const differ = new Set<FaceId>(
    cells
      .filter(({ id, geometry }) => ours.get(String(id)) !== shapeKey(coordinatesOf(geometry)))
      .map(({ id }) => String(id)),
  );
  return drawn.filter(({ id }) => differ.has(String(id)));
});

/** Compare with another plan, or with none. */
export async function compareWith(id: string): Promise<void> {
  other.value = null;
  if (id === "") return;
  const [cells, drawn] = (await run(() =>
    Promise.all([readRows(id, "cells", "grid"), readRows(id, "cells", "lonlat")]),
  )) ?? [[], []];
  other.value = { id, cells, drawn };
}

function coordinatesOf(geometry: Row["geometry"]): readonly unknown[] {
  return "coordinates" in geometry ? geometry.coordinates : [];
}

/** The places of a shape to the millimetre, whatever vertex its rings begin with. */
function shapeKey(rings: readonly unknown[]): string {
  const places = (rings as readonly (readonly (readonly number[])[])[]).map((ring) =>
    [...new Set(ring.map(([x = 0, y = 0]) => `${x.toFixed(3)},${y.toFixed(3)}`))].sort().join(" "),
  );
  return places.sort().join("|");
}
