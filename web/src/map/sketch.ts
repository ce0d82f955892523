import type { Feature, LineString, Position } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { addInOrder } from "./order";

/** A vertex that can be taken: `strong` is the one under the pointer or the keyboard. */
export interface Handle {
  readonly place: Position;
  readonly strong?: boolean;
  readonly refused?: boolean;
}

const HANDLES = "handles";
const LINES = "sketch";
const BLOCKS = "blocks";

/** Add the layers of what is drawn just now, without anything drawn. */
export function addSketch(map: MapView): void {
  for (const id of [HANDLES, LINES, BLOCKS]) {
    map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  }
  addInOrder(map, {
    id: "live-line:blocks",
    type: "line",
    source: BLOCKS,
    paint: { "line-color": "#4a5560", "line-width": 1, "line-dasharray": [3, 2] },
  });
  addInOrder(map, {
    id: "sketch-line",
    type: "line",
    source: LINES,
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": ["case", ["get", "refused"], "#b3261e", "#d55e00"],
      "line-width": 3,
      "line-dasharray": [2, 1.2],
    },
  });
  addInOrder(map, {
    id: "handle",
    type: "circle",
    source: HANDLES,
    paint: {
      "circle-radius": ["case", ["get", "strong"], 7, 4],
      "circle-color": ["case", ["get", "refused"], "#b3261e", ["get", "strong"], "#d55e00", "#fff"],
      "circle-stroke-color": ["case", ["get", "strong"], "#fff", "#1d2733"],
      "circle-stroke-width": 1.6,
    },
  });
}

/** Draw these handles and no others. */
export function drawHandles(map: MapView, handles: readonly Handle[]): void {
  put(
    map,
    HANDLES,
    handles.map(({ place, strong = false, refused = false }) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: place },
      properties: { strong, refused },
    })),
  );
}

/** Draw this line, or none. */
export function drawLine(map: MapView, line: readonly Position[], refused = false): void {
  const geometry: LineString = { type: "LineString", coordinates: [...line] };
  put(map, LINES, line.length < 2 ? [] : [{ type: "Feature", geometry, properties: { refused } }]);
}

/** Draw the borders of these blocks and of no others. */
export function drawBlocks(map: MapView, blocks: readonly Feature[]): void {
  put(map, BLOCKS, [...blocks]);
}

function put(map: MapView, id: string, features: Feature[]): void {
  (map.getSource(id) as GeoJSONSource).setData({ type: "FeatureCollection", features });
}
