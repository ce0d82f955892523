import type { GeoJSONSource, Map as MapView } from "maplibre-gl";

/** A case on the map. */
export interface CasePoint {
  readonly id: string;
  readonly lon: number;
  readonly lat: number;
  readonly overdue: boolean;
}

const CASES = "cases";

/** Add the borders of the cells, and a layer of cases; a click tells which one was meant. */
export function addCases(map: MapView, meant: (id: string) => void): void {
  const tiles = [`${location.origin}/api/tiles/cells/{z}/{x}/{y}.mvt`];
  map.addSource("cells", { type: "vector", tiles, maxzoom: 18 });
  map.addLayer({
    ...{ id: "cells", type: "line", source: "cells", "source-layer": "cells" },
    paint: { "line-color": "#5b5648", "line-width": 1 },
  });
  map.addSource(CASES, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({
    ...{ id: CASES, type: "circle", source: CASES },
    paint: {
      "circle-radius": 7,
      "circle-color": ["case", ["get", "overdue"], "#a84300", "#005a8f"],
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 1.6,
    },
  });
  map.on("click", CASES, ({ features }) => {
    const id = features?.[0]?.properties.id;
    if (id) meant(String(id));
  });
}

/** Show these cases and no others. */
export function showCases(map: MapView, cases: readonly CasePoint[]): void {
  const source = map.getSource<GeoJSONSource>(CASES);
  source?.setData({
    type: "FeatureCollection",
    features: cases.map(({ id, lon, lat, overdue }) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon, lat] },
      properties: { id, overdue },
    })),
  });
}
