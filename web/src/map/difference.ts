import type { Feature } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { addInOrder } from "./order";

const SOURCE = "difference";

/** Draw the borders that only one of two plans has: theirs in violet, ours in orange. */
export function drawDifference(map: MapView, borders: readonly Feature[]): void {
  const data = { type: "FeatureCollection" as const, features: [...borders] };
  const there = map.getSource<GeoJSONSource>(SOURCE);
  if (there === undefined) map.addSource(SOURCE, { type: "geojson", data, tolerance: 0.2 });
  else there.setData(data);
  addInOrder(map, {
    id: "difference-line",
    type: "line",
    source: SOURCE,
    layout: { "line-cap": "round" },
    paint: {
      "line-color": ["case", ["get", "theirs"], "#7a3e9d", "#d55e00"],
      "line-width": 4,
      "line-opacity": 0.85,
    },
  });
}
