import type { Map as MapView } from "maplibre-gl";
import type { Point } from "../model/point";
import { STEPS } from "../model/rules";
import { projection } from "./drawing";
import { lonlat } from "./marks";
import { modeNow } from "./modes/all";
import type { At } from "./modes/mode";
import { aim } from "./modes/mode";
import { atPoint } from "./pointer";

let view: MapView | null = null;

/** Let the keyboard point on a map, until the pointer does again. */
export function followAim(map: MapView): void {
  view = map;
  map.on("mousemove", () => {
    aim.value = null;
  });
}

/** Move where the keyboard points, so many metres; it begins in the middle of the map. */
export function moveAim(east_m: number, north_m: number): void {
  const [x, y] = aim.value ?? middle();
  aim.value = [x + east_m * STEPS, y + north_m * STEPS];
  const [lon = 0, lat = 0] = lonlat(aim.value);
  if (!view?.getBounds().contains([lon, lat])) view?.jumpTo({ center: [lon, lat] });
  const at = aimed();
  if (at !== null) modeNow().hover?.(at);
}

/** Do there what a click does; it is seen first, and a border is taken, to be moved by arrows. */
export function pressAim(): void {
  const at = aimed();
  const { down, drop, click, nudge } = modeNow();
  if (at === null) moveAim(0, 0);
  else if (!down?.(at)) click?.(at);
  else if (nudge === undefined) drop?.(at);
}

function aimed(): At | null {
  if (aim.value === null || view === null) return null;
  const [lon = 0, lat = 0] = lonlat(aim.value);
  return atPoint(view, view.project([lon, lat]));
}

function middle(): Point {
  const { lng, lat } = view?.getCenter() ?? { lng: 0, lat: 0 };
  const [east, north] = projection.value?.toGrid([lng, lat]) ?? [0, 0];
  return [Math.round(east * STEPS), Math.round(north * STEPS)];
}
