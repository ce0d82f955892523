import type { ExpressionSpecification, Map as MapView, VectorTileSource } from "maplibre-gl";
import { GROUND, LETTERS } from "./base_style";
import { addInOrder } from "./order";

const DRAWN_ZOOM_MAX = 18;
const WIDE = ["motorway", "trunk", "primary"];
const MIDDLE = ["secondary", "tertiary"];
const WALKED = ["footway", "path", "pedestrian", "steps", "cycleway", "track"];

/** Draw water, streets and buildings below everything, from the tiles at an address (`/api/tiles`). */
export function addGround(map: MapView, address: string, layers: ReadonlySet<string>): void {
  if (layers.has("water")) addWater(map, address);
  if (layers.has("buildings")) {
    addTiles(map, address, "buildings", 14);
    addInOrder(map, {
      id: "building",
      type: "fill",
      source: "buildings",
      "source-layer": "buildings",
      minzoom: 14.5,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": GROUND.building, "fill-antialias": false },
    });
    // doors, where nobody has drawn the buildings: about eight metres wide
    addInOrder(map, {
      id: "building:place",
      type: "circle",
      source: "buildings",
      "source-layer": "buildings",
      minzoom: 14.5,
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-color": GROUND.building,
        "circle-radius": ["interpolate", ["exponential", 2], ["zoom"], 14, 1, 19, 32],
      },
    });
  }
  if (layers.has("roads")) addRoads(map, address);
}

/** Add the tiles of one layer as a source of that name, in place of those of another address. */
export function addTiles(map: MapView, address: string, layer: string, minzoom = 0): void {
  const tiles = [`${new URL(address, location.origin).href}/${layer}/{z}/{x}/{y}.mvt`];
  const there = map.getSource<VectorTileSource>(layer);
  if (there !== undefined) {
    if (there.tiles[0] !== tiles[0]) there.setTiles(tiles);
    return;
  }
  map.addSource(layer, { type: "vector", tiles, minzoom, maxzoom: DRAWN_ZOOM_MAX });
}

function addWater(map: MapView, address: string): void {
  addTiles(map, address, "water");
  const water = { source: "water", "source-layer": "water" } as const;
  addInOrder(map, {
    id: "water",
    type: "fill",
    ...water,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": GROUND.water, "fill-antialias": false },
  });
  addInOrder(map, {
    id: "water:line",
    type: "line",
    ...water,
    filter: ["==", ["geometry-type"], "LineString"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": GROUND.water,
      "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 11, 1, 18, 14],
    },
  });
}

function addRoads(map: MapView, address: string): void {
  addTiles(map, address, "roads", 11);
  const roads = { type: "line", source: "roads", "source-layer": "roads" } as const;
  const layout = { "line-cap": "round", "line-join": "round" } as const;
  const driven: ExpressionSpecification = ["!", ["in", ["get", "highway"], ["literal", WALKED]]];
  addInOrder(map, {
    id: "road-edge",
    ...roads,
    layout,
    filter: driven as never,
    paint: { "line-color": GROUND.roadEdge, "line-width": widthBy(1.6) },
  });
  addInOrder(map, {
    id: "road",
    ...roads,
    layout,
    filter: driven as never,
    paint: { "line-color": GROUND.road, "line-width": widthBy(0) },
  });
  addInOrder(map, {
    id: "road:walked",
    ...roads,
    minzoom: 15,
    filter: ["!", driven] as never,
    paint: { "line-color": GROUND.path, "line-width": 1, "line-dasharray": [3, 2] },
  });
  addInOrder(map, {
    id: "road-name",
    type: "symbol",
    source: "roads",
    "source-layer": "roads",
    minzoom: 15,
    filter: ["has", "name"],
    layout: {
      "symbol-placement": "line",
      "text-field": ["get", "name"],
      "text-font": LETTERS,
      "text-size": 12,
    },
    paint: { "text-color": GROUND.name, "text-halo-color": GROUND.road, "text-halo-width": 1.5 },
  });
}

/** How wide a road is drawn, in pixels that grow with the zoom, and so much more for its edge. */
function widthBy(more: number): ExpressionSpecification {
  const at = (narrow: number): ExpressionSpecification => [
    "match",
    ["get", "highway"],
    WIDE,
    narrow * 3 + more,
    MIDDLE,
    narrow * 2 + more,
    narrow + more,
  ];
  return ["interpolate", ["exponential", 1.6], ["zoom"], 11, at(0.4), 14, at(1.2), 18, at(9)];
}
