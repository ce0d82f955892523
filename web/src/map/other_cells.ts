import type { Map as MapView } from "maplibre-gl";
import { LETTERS } from "./base_style";
import { addTiles } from "./ground";
import { addInOrder } from "./order";

/** Draw the cells of another plan, by their borders and names. */
export function showOtherCells(map: MapView, address: string): void {
  addTiles(map, address, "cells");
  const cells = { source: "cells", "source-layer": "cells" } as const;
  addInOrder(map, {
    id: "cell-fill",
    type: "fill",
    ...cells,
    paint: { "fill-color": "#d5c3e0", "fill-opacity": 0.45, "fill-antialias": false },
  });
  addInOrder(map, {
    id: "cell-line",
    type: "line",
    ...cells,
    paint: { "line-color": "#7a3e9d", "line-width": 1.4 },
  });
  addInOrder(map, {
    id: "cell-name",
    type: "symbol",
    ...cells,
    minzoom: 14.2,
    layout: { "text-field": ["get", "name"], "text-font": LETTERS, "text-size": 12 },
    paint: { "text-color": "#4b2540", "text-halo-color": "#fbfaf7", "text-halo-width": 1.6 },
  });
}
