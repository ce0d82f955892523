import { computed, signal } from "@preact/signals";
import type { Polygon } from "geojson";
import { keptShare } from "../api/crosswalk";
import type { CellFeature } from "../map/cells";
import { KINDRED } from "../map/themes";
import { bandOf } from "../model/figures";
import { origins } from "./origins";

/** A cell as panels read it; figures are null where one may not see them. */
export interface Cell {
  readonly cell_id: string;
  readonly code: string;
  readonly name: string | null;
  readonly community_id: string;
  readonly subdistrict_id: string;
  readonly households: number | null;
  readonly people: number | null;
  readonly elders_60: number | null;
  readonly area_m2: number | null;
  readonly base_code: string | null;
  readonly workers_needed: number | null;
  readonly locked: boolean;
}

/** The cells as they are shown now, by id, each with its shape in degrees. */
export const cells = signal<ReadonlyMap<string, { cell: Cell; shape: Polygon }>>(new Map());
/** The cells that differ from what is saved. */
export const changedCells = signal<ReadonlySet<string>>(new Set());

/** A number for each community, so that neighbours mostly differ in colour. */
const kin = computed(() => {
  const communities = new Set([...cells.value.values()].map(({ cell }) => cell.community_id));
  return new Map([...communities].sort().map((id, i) => [id, (i * 3) % KINDRED.length]));
});

/** A cell as the map draws it. */
export function lookOf(cell: Cell, shape: Polygon, communityName = ""): CellFeature {
  const name = cell.name ?? cell.code ?? cell.cell_id;
  const short = name.startsWith(communityName) ? name.slice(communityName.length) : name;
  return {
    type: "Feature",
    geometry: shape,
    properties: {
      cell_id: cell.cell_id,
      label: cell.households === null ? short : `${short}\n${cell.households}`,
      band: cell.households === null ? null : bandOf(cell.households),
      kin: kin.value.get(cell.community_id) ?? 0,
      changed: changedCells.value.has(cell.cell_id),
      kept: keptShare(origins.value?.get(cell.cell_id) ?? []),
      locked: cell.locked,
    },
  };
}
