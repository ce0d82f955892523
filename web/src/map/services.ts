import type { Feature } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { addTiles } from "./ground";
import { addInOrder } from "./order";

const MOVED = "moved";
const WALK = "walk";
const UNKNOWN = "#e9e5dc";
/** Colours of covered shares, from none to nearly all. */
export const SHARES = [
  ["share0", 0, "#c9654f"],
  ["share40", 0.4, "#e3b07a"],
  ["share70", 0.7, "#d8d9a0"],
  ["share90", 0.9, "#a3c69b"],
] as const;

export interface Services {
  readonly kind: string;
  readonly profile: string;
  readonly gaps: boolean;
  readonly circles: boolean;
}

/** Show the facilities of a kind, and who reaches them; null shows none. */
export function showServices(map: MapView, address: string, services: Services | null): void {
  for (const layer of ["facilities", "gaps", "circles"]) addTiles(map, address, layer);
  addServices(map);
  const { kind = "", profile = "", gaps = false, circles = false } = services ?? {};
  const ofKind = ["==", ["get", "kind"], kind];
  map.setFilter("facility", ofKind as never);
  map.setFilter("walk-fill:gaps", ["all", ofKind, ["==", ["get", "profile"], profile]] as never);
  map.setFilter("walk-fill:circles", ["all", ofKind, ["==", ["get", "minutes"], 15]] as never);
  show(map, "facility", services !== null);
  show(map, "facility:moved", services !== null);
  show(map, "walk-fill:gained", services !== null);
  show(map, "walk-fill:gaps", gaps);
  show(map, "walk-fill:circles", circles);
}

/** Draw where facilities are moved to, and the cells that gain or lose by it. */
export function drawMoved(
  map: MapView,
  moved: readonly Feature[],
  effects: readonly Feature[],
): void {
  const put = (id: string, features: readonly Feature[]) =>
    map
      .getSource<GeoJSONSource>(id)
      ?.setData({ type: "FeatureCollection", features: [...features] });
  put(MOVED, moved);
  put(WALK, effects);
}

function addServices(map: MapView): void {
  if (map.getSource(MOVED)) return;
  for (const id of [MOVED, WALK]) {
    map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  }
  const [[, , least], ...steps] = SHARES;
  const known = [
    "step",
    ["get", "covered_share"],
    least,
    ...steps.flatMap(([, from, c]) => [from, c]),
  ];
  const share = ["case", ["has", "covered_share"], known, UNKNOWN];
  addInOrder(map, {
    id: "walk-fill:gaps",
    type: "fill",
    source: "gaps",
    "source-layer": "gaps",
    paint: { "fill-color": share as never, "fill-opacity": 0.9, "fill-antialias": false },
  });
  addInOrder(map, {
    id: "walk-fill:circles",
    type: "fill",
    source: "circles",
    "source-layer": "circles",
    paint: { "fill-color": "#2f6f9f", "fill-opacity": 0.14 },
  });
  addInOrder(map, {
    id: "walk-fill:gained",
    type: "fill",
    source: WALK,
    paint: {
      "fill-color": ["case", [">", ["get", "net"], 0], "#2e7d32", "#b3261e"],
      "fill-opacity": 0.55,
    },
  });
  const dot = { "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 2 };
  addInOrder(map, {
    id: "facility",
    type: "circle",
    source: "facilities",
    "source-layer": "facilities",
    paint: { ...dot, "circle-color": "#7a3e9d" },
  });
  addInOrder(map, {
    id: "facility:moved",
    type: "circle",
    source: MOVED,
    paint: { ...dot, "circle-radius": 10, "circle-color": "#d55e00" },
  });
}

function show(map: MapView, layer: string, shown: boolean): void {
  map.setLayoutProperty(layer, "visibility", shown ? "visible" : "none");
}
