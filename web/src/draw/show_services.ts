import type { effect } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { tilesOf } from "../api/tiles";
import { drawEffects, drawSites, drawTried, showServices } from "../map/services";
import { plan, tiled } from "./bench";
import { homeFeatures } from "./home";
import { changedFacilities, changeFeatures, effectFeatures } from "./scenario";
import { hasServices, isOnServices, services } from "./services";
import { siteFeatures } from "./sites";

/** Show services while their panel is open. */
export function keepServices(map: MapView, follow: typeof effect): () => void {
  const stops = [
    follow(() => {
      if (plan.value === null || !hasServices()) return;
      const shown = isOnServices() ? services.value : null;
      showServices(map, tilesOf(plan.value.plan_id), tiled.value, shown, changedFacilities());
    }),
    follow(() => drawTried(map, isOnServices() ? [...changeFeatures(), ...homeFeatures()] : [])),
    follow(() => drawEffects(map, isOnServices() ? effectFeatures() : [])),
    follow(() => drawSites(map, siteFeatures())),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
