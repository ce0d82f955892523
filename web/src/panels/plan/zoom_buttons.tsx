import type { Map as MapView } from "maplibre-gl";
import type { RefObject } from "preact";
import { wholeBox } from "../../draw/show";
import { say } from "../../text/plan/bench";

/** Nearer, farther, and the whole district. */
export function ZoomButtons({ map }: { map: RefObject<MapView | null> }) {
  return (
    <div class="zoom-buttons">
      <button type="button" aria-label={say("zoomIn")} onClick={() => map.current?.zoomIn()}>
        +
      </button>
      <button type="button" aria-label={say("zoomOut")} onClick={() => map.current?.zoomOut()}>
        −
      </button>
      <button
        type="button"
        aria-label={say("fit")}
        title={say("fit")}
        onClick={() => {
          const box = wholeBox();
          if (box !== null) map.current?.fitBounds(box, { padding: 30, duration: 300 });
        }}
      >
        ◱
      </button>
    </div>
  );
}
