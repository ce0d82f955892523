import { computed, signal } from "@preact/signals";
import type { Geometry, MultiPolygon, Polygon } from "geojson";
import type { Row } from "../api/plans";
import type { CellFeature, CellLook } from "../map/cells";
import { KINDRED } from "../map/themes";

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

/** Households that a cell should have. */
export const SIZE = { low: 300, high: 500 } as const;

/** The cells as they are shown now, by id, each with its shape in degrees. */
export const cells = signal<ReadonlyMap<string, { cell: Cell; shape: Polygon | MultiPolygon }>>(
  new Map(),
);
/** The cells that differ from what is saved. */
export const changedCells = signal<ReadonlySet<string>>(new Set());

/** A number for each community, so that neighbours mostly differ in colour. */
const kin = computed(() => {
  const communities = new Set([...cells.value.values()].map(({ cell }) => cell.community_id));
  return new Map([...communities].sort().map((id, i) => [id, (i * 3) % KINDRED.length]));
});

/** A cell of a row of the service. */
export function cellOfRow(row: Row): Cell {
  return { ...(row.properties as unknown as Cell), cell_id: String(row.id) };
}

/** Whether a number of households is too small, right or too large for a cell. */
export function bandOf(households: number | null): CellLook["band"] {
  if (households === null) return null;
  if (households < SIZE.low) return "under";
  return households > SIZE.high ? "over" : "in";
}

/** A cell as the map draws it. */
export function lookOf(cell: Cell, shape: Geometry, communityName = ""): CellFeature {
  const name = cell.name ?? cell.code ?? cell.cell_id;
  const short = name.startsWith(communityName) ? name.slice(communityName.length) : name;
  return {
    type: "Feature",
    geometry: shape as Polygon | MultiPolygon,
    properties: {
      cell_id: cell.cell_id,
      label: cell.households === null ? short : `${short}\n${cell.households}`,
      band: bandOf(cell.households),
      kin: kin.value.get(cell.community_id) ?? 0,
      changed: changedCells.value.has(cell.cell_id),
      kept: null,
      locked: cell.locked,
    },
  };
}
