import type { Feature, FeatureCollection, Polygon } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { LETTERS } from "./base_style";
import { labelPlace } from "./label_place";
import { addInOrder } from "./order";
import { FILLS, type Theme } from "./themes";

/** How a cell is drawn: its figures as words and numbers that themes turn into colours. */
export interface CellLook {
  readonly cell_id: string;
  readonly label: string;
  readonly band: "under" | "in" | "over" | null;
  /** A small number that differs between most neighbouring communities. */
  readonly kin: number;
  readonly changed: boolean;
  /** The share of its households that were together before. */
  readonly kept: number | null;
  readonly locked: boolean;
}
export type CellFeature = Feature<Polygon, CellLook>;

const CELLS = "cells";
const NAMES = "cell-names";
const LIVE = "live";
const IS_LIVE = ["boolean", ["feature-state", "live"], false] as const;
const HOVER_MORE = 0.22;
/** How strongly cells are filled at first. */
export const FILL_OPACITY = 0.58;
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Add the layers of cells to a map, without any cell yet. */
export function addCells(map: MapView): void {
  for (const [id, promoteId] of [
    [CELLS, "cell_id"],
    [NAMES, "cell_id"],
    [LIVE, "cell_id"],
  ] as const) {
    map.addSource(id, { type: "geojson", data: EMPTY, promoteId, tolerance: 0.2 });
  }
  const fill = { "fill-color": FILLS.band, "fill-antialias": false };
  addInOrder(map, {
    id: "cell-fill",
    type: "fill",
    source: CELLS,
    paint: fill as never,
  });
  fillCells(map, FILL_OPACITY);
  addInOrder(map, {
    id: "live-fill",
    type: "fill",
    source: LIVE,
    paint: { ...fill, "fill-opacity": 0.8 } as never,
  });
  addInOrder(map, {
    id: "cell-line",
    type: "line",
    source: CELLS,
    layout: { "line-join": "round" },
    paint: {
      "line-color": "#59636e",
      "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.4, 16, 1.4],
      "line-opacity": ["case", IS_LIVE, 0, 0.75],
    } as never,
  });
  addInOrder(map, {
    id: "live-line",
    type: "line",
    source: LIVE,
    paint: { "line-color": "#1d2733", "line-width": 1.6 },
  });
  addInOrder(map, {
    id: "chosen-line",
    type: "line",
    source: CELLS,
    layout: { "line-join": "round" },
    paint: {
      "line-color": "#005a8f",
      "line-width": 3.5,
      "line-opacity": ["case", ["boolean", ["feature-state", "chosen"], false], 1, 0],
    } as never,
  });
  addInOrder(map, {
    id: "cell-name",
    type: "symbol",
    source: NAMES,
    minzoom: 14.2,
    layout: {
      "text-field": ["get", "label"],
      "text-font": LETTERS,
      "text-size": ["interpolate", ["linear"], ["zoom"], 14, 11, 17, 14],
      "text-padding": 3,
    },
    paint: { "text-color": "#1d2733", "text-halo-color": "#fbfaf7", "text-halo-width": 1.6 },
  });
}

/** Fill the cells so strongly, and the one under the pointer a little more. */
export function fillCells(map: MapView, opacity: number): void {
  const isHovered = ["boolean", ["feature-state", "hover"], false];
  const strength = ["case", IS_LIVE, 0, isHovered, Math.min(1, opacity + HOVER_MORE), opacity];
  map.setPaintProperty("cell-fill", "fill-opacity", strength as never);
}

/** Draw these cells and no others. */
export function drawCells(map: MapView, cells: readonly CellFeature[]): void {
  source(map, CELLS).setData(collection(cells));
  source(map, NAMES).setData(collection(cells.map(nameOf)));
}

/** Draw some cells anew, and take away those that are gone. */
export function redrawCells(
  map: MapView,
  cells: readonly CellFeature[],
  gone: readonly string[],
): void {
  const ids = cells.map(({ properties }) => properties.cell_id);
  const remove = [...gone, ...ids];
  source(map, CELLS).updateData({ remove, add: [...cells] });
  source(map, NAMES).updateData({ remove, add: cells.map(nameOf) });
}

/** Draw some cells as they would be; the map below hides them as they are. None: all as they are. */
export function drawLive(
  map: MapView,
  cells: readonly CellFeature[],
  hidden: readonly string[],
): void {
  const before: ReadonlySet<string> = hiddenOf.get(map) ?? new Set();
  const now = new Set(hidden);
  for (const id of before) if (!now.has(id)) setState(map, id, { live: false });
  for (const id of now) if (!before.has(id)) setState(map, id, { live: true });
  hiddenOf.set(map, now);
  source(map, LIVE).setData(collection(cells));
}

/** Mark a cell as chosen, under the pointer, or not. */
export function setState(
  map: MapView,
  id: string,
  state: Partial<Record<"chosen" | "hover" | "live", boolean>>,
): void {
  map.setFeatureState({ source: CELLS, id }, state);
}

/** Colour the cells by a theme. */
export function showTheme(map: MapView, theme: Theme): void {
  for (const layer of ["cell-fill", "live-fill"]) {
    map.setPaintProperty(layer, "fill-color", FILLS[theme]);
  }
}

const hiddenOf = new WeakMap<MapView, ReadonlySet<string>>();

function source(map: MapView, id: string): GeoJSONSource {
  return map.getSource(id) as GeoJSONSource;
}

function collection(features: readonly Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features: [...features] };
}

function nameOf({ geometry, properties }: CellFeature): Feature {
  const { cell_id, label } = properties;
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: labelPlace(geometry.coordinates) },
    properties: { cell_id, label },
  };
}
