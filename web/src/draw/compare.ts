import { computed, signal } from "@preact/signals";
import type { Feature } from "geojson";
import { readRows } from "../api/plans";
import { type Difference, differenceOf } from "../model/difference";
import type { Partition } from "../model/partition";
import { partitionOf, type Feature as Row } from "../model/rows";
import { asking } from "./asking";
import { run, whenLeft } from "./bench";
import { drawing } from "./drawing";
import { lonlat } from "./marks";

/** The plan that this one is compared with. */
export const other = signal<{ readonly id: string; readonly cells: Partition } | null>(null);
const reading = asking();

/** How that plan differs from what is drawn here. */
export const difference = computed((): Difference | null => {
  const now = drawing.value?.now;
  return other.value === null || now === undefined ? null : differenceOf(now, other.value.cells);
});

/** Compare with another plan, or with none. */
export async function compareWith(id: string): Promise<void> {
  other.value = null;
  reading.forget();
  if (id === "") return;
  const put = (rows: unknown[]) => {
    other.value = { id, cells: partitionOf({ cells: rows as Row[] }) };
  };
  await run(() => reading.ask(() => readRows(id, "cells", "grid"), put));
}

whenLeft(() => void compareWith(""));

/** The borders that only one of the two plans has, in degrees: ours and theirs. */
export function differingBorders(): Feature[] {
  const { added = [], removed = [] } = difference.value?.borders ?? {};
  const drawn = [
    ...added.map((line) => ({ line, theirs: true })),
    ...removed.map((line) => ({ line, theirs: false })),
  ];
  return drawn.map(({ line, theirs }) => ({
    type: "Feature",
    geometry: { type: "LineString", coordinates: line.map(lonlat) },
    properties: { theirs },
  }));
}
