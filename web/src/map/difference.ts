import type { Feature } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";
import { addInOrder } from "./order";

const SOURCE = "difference";

/** Draw what another plan has otherwise: its cells as dashed lines over ours; none takes it away. */
export function drawDifference(map: MapView, theirs: readonly Feature[]): void {
  const data = { type: "FeatureCollection" as const, features: [...theirs] };
  const there = map.getSource<GeoJSONSource>(SOURCE);
  if (there === undefined) map.addSource(SOURCE, { type: "geojson", data, tolerance: 0.2 });
  else there.setData(data);
  addInOrder(map, {
    id: "difference-fill",
    type: "fill",
    source: SOURCE,
    paint: { "fill-color": "#7a3e9d", "fill-opacity": 0.16 },
  });
  addInOrder(map, {
    id: "difference-line",
    type: "line",
    source: SOURCE,
    paint: { "line-color": "#7a3e9d", "line-width": 2.4, "line-dasharray": [2, 1.4] },
  });
}
