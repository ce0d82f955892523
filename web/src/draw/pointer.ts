import type { MapMouseEvent, MapTouchEvent, Map as MapView, PointLike } from "maplibre-gl";
import type { Place } from "../model/edit";
import type { Point } from "../model/point";
import type { Projection } from "../model/projection";
import { STEPS } from "../model/rules";
import { hovered } from "./bench";
import { drawing, projection } from "./drawing";
import { ALL } from "./modes/all";
import { type At, mode } from "./modes/mode";
import { atomAt } from "./pick";

const REACH_PX = 11;
const FINGER_PX = 24;
type PointerEvent = MapMouseEvent | MapTouchEvent;

/** Give what the pointer does on the map to the mode that is on. */
export function followPointer(map: MapView): void {
  let held = false;
  const down = (event: PointerEvent) => {
    if ("points" in event && event.points.length > 1) return;
    const at = whereOf(map, event);
    held = at !== null && (ALL[mode.value].down?.(at) ?? false);
    if (held) event.preventDefault();
  };
  const move = (event: PointerEvent) => {
    const at = whereOf(map, event);
    if (at === null) return;
    hovered.value = at.cell;
    if (held) ALL[mode.value].drag?.(at);
    else ALL[mode.value].hover?.(at);
  };
  const up = (event: PointerEvent) => {
    const at = whereOf(map, event);
    if (held && at !== null) ALL[mode.value].drop?.(at);
    held = false;
  };
  map.on("mousedown", down);
  map.on("touchstart", down);
  map.on("mousemove", move);
  map.on("touchmove", move);
  map.on("mouseup", up);
  map.on("touchend", up);
  map.on("click", (event) => {
    const at = whereOf(map, event);
    if (at !== null) ALL[mode.value].click?.(at);
  });
}

/** A place of the map on the ground; null before a plan is open. */
export function whereOf(map: MapView, event: PointerEvent): At | null {
  const there = projection.value;
  if (there === null) return null;
  const onGround = (x: number, y: number): Point => {
    const { lng, lat } = map.unproject([x, y]);
    const [east, north] = there.toGrid([lng, lat]);
    return [Math.round(east * STEPS), Math.round(north * STEPS)];
  };
  const { x, y } = event.point;
  const place = onGround(x, y);
  const far = onGround(x + ("points" in event ? FINGER_PX : REACH_PX), y);
  const now = drawing.value?.now;
  return {
    place,
    lonlat: [event.lngLat.lng, event.lngLat.lat],
    cell: (now && atomAt(now, place)?.cell) ?? null,
    reach: Math.hypot(far[0] - place[0], far[1] - place[1]),
    more: event.originalEvent.shiftKey,
    streets: () => streetsNear(map, x, y, there),
  };
}

/** The streets that are drawn around a place of the screen, in metres. */
function streetsNear(map: MapView, x: number, y: number, there: Projection): Place[][] {
  const layers = ["road", "road:walked"].filter((id) => map.getLayer(id));
  if (layers.length === 0) return [];
  const around: [PointLike, PointLike] = [
    [x - REACH_PX, y - REACH_PX],
    [x + REACH_PX, y + REACH_PX],
  ];
  return map.queryRenderedFeatures(around, { layers }).flatMap(({ geometry }) => {
    if (geometry.type !== "LineString" && geometry.type !== "MultiLineString") return [];
    const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
    return lines.map((line) => line.map(([lon = 0, lat = 0]) => there.toGrid([lon, lat])));
  });
}
