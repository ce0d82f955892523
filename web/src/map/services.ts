import type { Feature } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { LETTERS } from "./base_style";
import { addTiles } from "./ground";
import { addInOrder } from "./order";

const TRIED = "tried";
const WALK = "walk";
const SITES = "sites";
const UNKNOWN = "#e9e5dc";
const TRIED_COLOUR = "#d55e00";
/** Colours of covered shares, from none to nearly all. */
export const SHARES = [
  ["share0", 0, "#c9654f"],
  ["share40", 0.4, "#e3b07a"],
  ["share70", 0.7, "#d8d9a0"],
  ["share90", 0.9, "#a3c69b"],
] as const;
/** Colours of the cells that gain, and of those that lose. */
export const GAINED = "#2e7d32";
export const LOST = "#b3261e";
/** The walking times that circles are drawn for. */
export const MINUTES = [5, 10, 15] as const;

export interface Services {
  readonly kind: string;
  readonly profile: string;
  /** How long people walk; null as long as the norm of the kind says. */
  readonly minutes: number | null;
  readonly gaps: boolean;
  readonly circles: boolean;
}

/** Show the facilities of a kind but for some, and who reaches them; null shows none. */
export function showServices(
  map: MapView,
  address: string,
  there: ReadonlySet<string>,
  services: Services | null,
  but: readonly string[],
): void {
  const layers = ["facilities", "gaps", "circles"].filter((layer) => there.has(layer));
  for (const layer of layers) addTiles(map, address, layer);
  addServices(map, there);
  const { kind = "", profile = "", gaps = false, circles = false } = services ?? {};
  const minutes = services?.minutes ?? MINUTES[2];
  const ofKind = ["==", ["get", "kind"], kind];
  const isLeft = ["!", ["in", ["get", "facility_id"], ["literal", but]]];
  map.setFilter("facility", ["all", ofKind, isLeft] as never);
  show(map, "facility", services !== null);
  for (const [layer, column, value, shown] of [
    ["gaps", "profile", profile, gaps],
    ["circles", "minutes", minutes, circles],
  ] as const) {
    if (!there.has(layer)) continue;
    const filter = ["all", ofKind, ["==", ["get", column], value]];
    map.setFilter(`walk-fill:${layer}`, filter as never);
    show(map, `walk-fill:${layer}`, shown);
  }
}

/** Draw what is tried: facilities elsewhere, streets that open, a building and the way from it. */
export function drawTried(map: MapView, tried: readonly Feature[]): void {
  put(map, TRIED, tried);
}

/** Draw the cells that gain or lose by what is tried. */
export function drawEffects(map: MapView, effects: readonly Feature[]): void {
  put(map, WALK, effects);
}

/** Draw the places that a search found, numbered. */
export function drawSites(map: MapView, sites: readonly Feature[]): void {
  put(map, SITES, sites);
}

function put(map: MapView, id: string, features: readonly Feature[]): void {
  map.getSource<GeoJSONSource>(id)?.setData({ type: "FeatureCollection", features: [...features] });
}

function addServices(map: MapView, there: ReadonlySet<string>): void {
  for (const id of [TRIED, WALK, SITES].filter((id) => !map.getSource(id))) {
    map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  }
  if (there.has("gaps")) addGaps(map);
  if (there.has("circles")) addCircles(map);
  addGained(map);
  addDots(map);
}

function addGaps(map: MapView): void {
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
}

function addCircles(map: MapView): void {
  addInOrder(map, {
    id: "walk-fill:circles",
    type: "fill",
    source: "circles",
    "source-layer": "circles",
    paint: { "fill-color": "#2f6f9f", "fill-opacity": 0.14 },
  });
}

function addGained(map: MapView): void {
  addInOrder(map, {
    id: "walk-fill:gained",
    type: "fill",
    source: WALK,
    paint: {
      "fill-color": ["case", [">", ["get", "net"], 0], GAINED, LOST],
      "fill-opacity": 0.55,
    },
  });
}

function addDots(map: MapView): void {
  const dot = { "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 2 };
  const is = (op: string) => ["==", ["get", "op"], op];
  addInOrder(map, {
    id: "sketch-line:tried",
    type: "line",
    source: TRIED,
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": ["case", is("way"), "#1d4ed8", TRIED_COLOUR] as never,
      "line-width": 5,
    },
  });
  addInOrder(map, {
    id: "facility",
    type: "circle",
    source: "facilities",
    "source-layer": "facilities",
    paint: { ...dot, "circle-color": "#7a3e9d" },
  });
  addInOrder(map, {
    id: "facility:tried",
    type: "circle",
    source: TRIED,
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      ...dot,
      "circle-radius": ["case", is("home"), 5, 10] as never,
      "circle-color": ["case", is("home"), "#1d4ed8", TRIED_COLOUR] as never,
    },
  });
  addInOrder(map, {
    id: "facility:site",
    type: "circle",
    source: SITES,
    paint: { ...dot, "circle-radius": 12, "circle-color": "#0e7490" },
  });
  addInOrder(map, {
    id: "facility:site-number",
    type: "symbol",
    source: SITES,
    layout: { "text-field": ["get", "order"], "text-font": LETTERS, "text-size": 13 },
    paint: { "text-color": "#fff" },
  });
}

function show(map: MapView, layer: string, shown: boolean): void {
  map.setLayoutProperty(layer, "visibility", shown ? "visible" : "none");
}
