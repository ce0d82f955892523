import type { Feature } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { addInOrder } from "./order";

const SOURCE = "conflicts";

/** Draw where departments disagree: what is open in red, what is settled in grey, the one looked at strongest. */
export function drawConflicts(map: MapView, conflicts: readonly Feature[]): void {
  const data = { type: "FeatureCollection" as const, features: [...conflicts] };
  const there = map.getSource<GeoJSONSource>(SOURCE);
  if (there !== undefined) {
    there.setData(data);
    return;
  }
  map.addSource(SOURCE, { type: "geojson", data, tolerance: 0.2 });
  const colour = ["case", ["get", "open"], "#c0392b", "#7d8a94"];
  addInOrder(map, {
    id: "conflict",
    type: "fill",
    source: SOURCE,
    paint: {
      "fill-color": colour as never,
      "fill-opacity": ["case", ["get", "looked"], 0.6, 0.3],
    },
  });
  addInOrder(map, {
    id: "conflict:line",
    type: "line",
    source: SOURCE,
    paint: {
      "line-color": colour as never,
      "line-width": ["case", ["get", "looked"], 3, 0.8],
    },
  });
}
