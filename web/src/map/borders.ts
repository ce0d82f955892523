import type { Feature, FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { LETTERS } from "./base_style";
import { labelPlace } from "./label_place";
import { addInOrder } from "./order";

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const NAMES = "community-names";

/** Add the borders of communities and subdistricts, and the communities' names, without any yet. */
export function addBorders(map: MapView): void {
  for (const id of ["communities", "subdistricts", NAMES]) {
    map.addSource(id, { type: "geojson", data: EMPTY, tolerance: 0.2 });
  }
  addInOrder(map, {
    id: "community-line",
    type: "line",
    source: "communities",
    paint: {
      "line-color": "#7b3f61",
      "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.8, 16, 2.2],
      "line-opacity": 0.8,
    },
  });
  addInOrder(map, {
    id: "subdistrict-line",
    type: "line",
    source: "subdistricts",
    paint: {
      "line-color": "#4b2540",
      "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.6, 16, 4],
      "line-dasharray": [4, 1.5],
    },
  });
  addInOrder(map, {
    id: "community-name",
    type: "symbol",
    source: NAMES,
    minzoom: 12.5,
    maxzoom: 15.2,
    layout: { "text-field": ["get", "name"], "text-font": LETTERS, "text-size": 12 },
    paint: { "text-color": "#4b2540", "text-halo-color": "#fbfaf7", "text-halo-width": 1.8 },
  });
}

/** Draw these borders and no others. */
export function drawBorders(
  map: MapView,
  communities: readonly Feature[],
  subdistricts: readonly Feature[],
): void {
  put(map, "communities", communities);
  put(map, "subdistricts", subdistricts);
}

/** Write the names of communities into them. */
export function nameCommunities(map: MapView, communities: readonly Feature[]): void {
  put(map, NAMES, communities.flatMap(named));
}

function put(map: MapView, id: string, features: readonly Feature[]): void {
  (map.getSource(id) as GeoJSONSource).setData({
    type: "FeatureCollection",
    features: [...features],
  });
}

function named({ geometry, properties }: Feature): Feature[] {
  if (geometry.type !== "Polygon" && geometry.type !== "MultiPolygon") return [];
  const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates[0];
  const coordinates = labelPlace(rings ?? []);
  return [{ type: "Feature", geometry: { type: "Point", coordinates }, properties }];
}
