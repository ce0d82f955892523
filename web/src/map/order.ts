import type { AddLayerObject, Map as MapView } from "maplibre-gl";

/** What lies over what, from the ground up: the one place where it is said. */
export const ORDER = [
  "land",
  "park",
  "water",
  "cell-fill",
  "live-fill",
  "walk-fill",
  "department-fill",
  "building",
  "road-edge",
  "road",
  "road-name",
  "cell-line",
  "live-line",
  "department-line",
  "difference-line",
  "community-line",
  "subdistrict-line",
  "conflict",
  "chosen-line",
  "sketch-line",
  "handle",
  "facility",
  "department-name",
  "cell-name",
  "community-name",
] as const;
export type Place = (typeof ORDER)[number];

/** Add a layer at its place in the order; layers of one place are told apart by `place:name`. */
export function addInOrder(
  map: MapView,
  layer: AddLayerObject & { id: Place | `${Place}:${string}` },
) {
  if (map.getLayer(layer.id)) return;
  const above = map.getStyle().layers.find((other) => rank(other.id) > rank(layer.id));
  map.addLayer(layer, above?.id);
}

function rank(id: string): number {
  return (ORDER as readonly string[]).indexOf(id.split(":")[0] ?? id);
}
