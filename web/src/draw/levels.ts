import { computed } from "@preact/signals";
import type { Feature } from "geojson";
import { outline } from "../model/outline";
import { cells, type Face, type Partition, placeOf } from "../model/partition";
import { plan } from "./bench";
import { drawing } from "./drawing";
import { lonlat } from "./marks";

/** What the borders above the cells depend on: but for edits that carry them along they stay. */
const state = computed(() => {
  const open = drawing.value;
  const carried = open?.done.filter(({ edit }) => "with_parents" in edit && edit.with_parents);
  return `${plan.value?.plan_id} ${open?.revision} ${carried?.length}`;
});

/** The borders of communities and subdistricts as they are drawn now: what their cells add up to. */
export const levels = computed(() => {
  state.value;
  const now = drawing.peek()?.now;
  if (now === undefined) return { communities: [], subdistricts: [] };
  return {
    communities: around(now, ({ community }) => community),
    subdistricts: around(now, ({ attributes }) => String(attributes.subdistrict_id)),
  };
});

function around(now: Partition, unitOf: (cell: Face) => string): Feature[] {
  const units = new Map<string, Face[]>();
  for (const cell of cells(now)) {
    const [unit, others] = [unitOf(cell), units.get(unitOf(cell))];
    if (others === undefined) units.set(unit, [cell]);
    else others.push(cell);
  }
  return [...units].map(([id, faces]) => {
    const rings = outline(faces, (vertex) => placeOf(now, vertex));
    const coordinates = rings.map((ring) =>
      [...ring, ...ring.slice(0, 1)].map((vertex) => lonlat(placeOf(now, vertex))),
    );
    return {
      type: "Feature",
      geometry: { type: "MultiLineString", coordinates },
      properties: { id },
    };
  });
}
