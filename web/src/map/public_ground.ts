import type { Map as MapView } from "maplibre-gl";
import { tileLayers } from "../api/tiles";
import { addGround } from "./ground";

const PUBLIC = "/api/tiles";

/** Draw the public streets and buildings below a layer; without them the map is plain. */
export async function addPublicGround(map: MapView, below?: string): Promise<void> {
  try {
    addGround(map, PUBLIC, await tileLayers(PUBLIC));
    if (below && map.getLayer(below)) map.moveLayer(below); // to the top: the ground knows it not
  } catch {
    // no streets to show, or the page has gone meanwhile: what is asked for is drawn without them
  }
}
