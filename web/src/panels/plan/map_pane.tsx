import { effect } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { showBench } from "../../draw/show";
import { createMap } from "../../map/create";
import { say } from "../../text/plan/bench";
import { Swipe } from "./swipe";
import { ZoomButtons } from "./zoom_buttons";

/** The map of the plan. */
export function MapPane() {
  const holder = useRef<HTMLDivElement>(null);
  const map = useRef<MapView>(null);
  useEffect(() => {
    if (holder.current === null) return;
    const made = createMap(holder.current);
    made.getCanvas().setAttribute("aria-label", say("map"));
    map.current = made;
    let stop = () => {};
    made.once("load", () => {
      stop = showBench(made, effect);
    });
    return () => {
      stop();
      made.remove();
    };
  }, []);
  return (
    <div class="map-pane">
      <div class="map" ref={holder} />
      <Swipe />
      <ZoomButtons map={map} />
      <p class="sources">{say("sources")}</p>
    </div>
  );
}
