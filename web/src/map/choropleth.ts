import type { ExpressionSpecification, FilterSpecification, Map as MapView } from "maplibre-gl";

/** Levels of units that the tiles have, and the layer and the id of each. */
const LAYERS = {
  subdistrict: ["subdistricts", "subdistrict_id"],
  community: ["communities", "community_id"],
  cell: ["cells", "cell_id"],
} as const;
export type TileLevel = keyof typeof LAYERS;

const MARKED_PX = 4;

/** Add every level of units to a map, none of them shown; a click tells which unit was meant. */
export function addChoropleth(map: MapView, meant: (level: TileLevel, id: string) => void): void {
  for (const [level, [layer, id]] of Object.entries(LAYERS) as [TileLevel, [string, string]][]) {
    const tiles = [`${location.origin}/api/tiles/${layer}/{z}/{x}/{y}.mvt`];
    map.addSource(`units-${level}`, { type: "vector", tiles, maxzoom: 18 });
    const of = { source: `units-${level}`, "source-layer": layer } as const;
    const hidden = { layout: { visibility: "none" } } as const;
    map.addLayer({ id: `fill-${level}`, type: "fill", ...of, ...hidden });
    const thin = { "line-color": "#5b5648", "line-width": 0.6 };
    map.addLayer({ id: `line-${level}`, type: "line", ...of, ...hidden, paint: thin });
    const thick = { "line-color": "#1d2733", "line-width": MARKED_PX };
    const nothing = ["==", ["get", id], ""] as FilterSpecification;
    map.addLayer({
      ...{ id: `mark-${level}`, type: "line", ...of, ...hidden },
      ...{ paint: thick, filter: nothing },
    });
    map.on("click", `fill-${level}`, ({ features }) => {
      const unit = features?.[0]?.properties[id];
      if (unit) meant(level, String(unit));
    });
  }
}

/** Show one level, each unit in its colour. */
export function colourUnits(
  map: MapView,
  shown: TileLevel,
  colours: ReadonlyMap<string, string>,
  other: string,
): void {
  for (const level of Object.keys(LAYERS) as TileLevel[]) {
    const visibility = level === shown ? "visible" : "none";
    for (const part of ["fill", "line", "mark"]) {
      map.setLayoutProperty(`${part}-${level}`, "visibility", visibility);
    }
  }
  const found = ["get", ["get", LAYERS[shown][1]], ["literal", Object.fromEntries(colours)]];
  const colour = ["to-color", ["coalesce", found, other]] as unknown as ExpressionSpecification;
  map.setPaintProperty(`fill-${shown}`, "fill-color", colour);
}

/** Draw a thick border around one unit; none for an empty id. */
export function markUnit(map: MapView, id: string): void {
  for (const [level, [, name]] of Object.entries(LAYERS)) {
    map.setFilter(`mark-${level}`, ["==", ["get", name], id]);
  }
}
