import type { MapMouseEvent, MapTouchEvent, Map as MapView, PointLike } from "maplibre-gl";
import type { Place } from "../model/edit";
import type { Point } from "../model/point";
import type { Projection } from "../model/projection";
import { STEPS } from "../model/rules";
import { hovered } from "./bench";
import { drawing, projection } from "./drawing";
import { lonlat } from "./marks";
import { modeNow } from "./modes/all";
import type { At } from "./modes/mode";
import { atomAt } from "./pick";

const REACH_PX = 11;
const FINGER_PX = 24;
const UNDER = { x: 0, y: 0 };
type MapPointerEvent = MapMouseEvent | MapTouchEvent;
/** How far from the pointer something lies, in pixels. */
type Grip = typeof UNDER;

/** Give what the pointer does on the map to the mode that is on. */
export function followPointer(map: MapView): void {
  let held = false;
  let grip = UNDER; // of what is held
  const breakOff = () => {
    const { breakOff, escape: giveUp } = modeNow();
    if (held) (breakOff ?? giveUp)?.();
    [held, grip] = [false, UNDER];
  };
  const down = (event: MapPointerEvent) => {
    if ("points" in event && event.points.length > 1) return breakOff(); // the map is moved
    const at = whereOf(map, event);
    const taken = at !== null && (modeNow().down?.(at) ?? false);
    held = taken !== false;
    grip = typeof taken === "object" ? gripOf(map, event, taken) : UNDER;
    if (held) event.preventDefault();
  };
  const move = (event: MapPointerEvent) => {
    const at = whereOf(map, event, grip);
    if (at === null) return;
    hovered.value = at.cell;
    if (held) modeNow().drag?.(at);
    else modeNow().hover?.(at);
  };
  const up = (event: MapPointerEvent) => {
    const at = whereOf(map, event, grip);
    if (held && at !== null) modeNow().drop?.(at);
    [held, grip] = [false, UNDER];
  };
  map.on("mousedown", down);
  map.on("touchstart", down);
  map.on("mousemove", move);
  map.on("touchmove", move);
  map.on("mouseup", up);
  map.on("touchend", up);
  map.on("touchcancel", breakOff);
  // else the browser keeps the first 15 px of a finger's way to itself, in case it were a tap
  const keepAll = (event: TouchEvent) => held && event.preventDefault();
  map.getCanvasContainer().addEventListener("touchstart", keepAll, { passive: false });
  map.on("click", (event) => {
    const at = whereOf(map, event);
    if (at !== null) modeNow().click?.(at);
  });
}

/** Where on the ground the pointer, or what it holds, is; null before a plan is open. */
function whereOf(map: MapView, event: MapPointerEvent, grip = UNDER): At | null {
  const reach = isFinger(event) ? FINGER_PX : REACH_PX;
  const { x, y } = event.point;
  return atPoint(map, { x: x + grip.x, y: y + grip.y }, reach, event.originalEvent.shiftKey);
}

function gripOf(map: MapView, { point }: MapPointerEvent, taken: Point): Grip {
  const [lon = 0, lat = 0] = lonlat(taken);
  const { x, y } = map.project([lon, lat]);
  return { x: x - point.x, y: y - point.y };
}

/** A place of the screen on the ground, with how far around it something is met. */
export function atPoint(
  map: MapView,
  { x, y }: { readonly x: number; readonly y: number },
  reach_px = REACH_PX,
  more = false,
): At | null {
  const there = projection.value;
  if (there === null) return null;
  const onGround = (x: number, y: number): Point => {
    const { lng, lat } = map.unproject([x, y]);
    const [east, north] = there.toGrid([lng, lat]);
    return [Math.round(east * STEPS), Math.round(north * STEPS)];
  };
  const { lng, lat } = map.unproject([x, y]);
  const place = onGround(x, y);
  const far = onGround(x + reach_px, y);
  const now = drawing.value?.now;
  return {
    place,
    lonlat: [lng, lat],
    cell: (now && atomAt(now, place)?.cell) ?? null,
    reach: Math.hypot(far[0] - place[0], far[1] - place[1]),
    more,
    streets: () => streetsNear(map, x, y, there),
    facility: () => facilityAt(map, x, y),
    building: () =>
      drawnAt(map, x, y, 1, ["building", "building:place"]).length > 0 ? [lng, lat] : null,
  };
}

/** Whether it was a finger; its tap comes as a click. */
function isFinger(event: MapPointerEvent): boolean {
  const told = event.originalEvent;
  return "points" in event || (told instanceof PointerEvent && told.pointerType === "touch");
}

/** The streets that are drawn around a place of the screen, in metres. */
function streetsNear(map: MapView, x: number, y: number, there: Projection): Place[][] {
  return drawnAt(map, x, y, REACH_PX, ["road", "road:walked"]).flatMap(({ geometry }) => {
    if (geometry.type !== "LineString" && geometry.type !== "MultiLineString") return [];
    const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
    return lines.map((line) => line.map(([lon = 0, lat = 0]) => there.toGrid([lon, lat])));
  });
}

function facilityAt(map: MapView, x: number, y: number): string | null {
  const [found] = drawnAt(map, x, y, REACH_PX, ["facility:tried", "facility"]).flatMap(
    ({ properties }) => properties.facility_id ?? [],
  );
  return found === undefined ? null : String(found);
}

/** What some layers have drawn around a place of the screen. */
function drawnAt(map: MapView, x: number, y: number, reach: number, layers: readonly string[]) {
  const there = layers.filter((id) => map.getLayer(id));
  const around: [PointLike, PointLike] = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ];
  return there.length === 0 ? [] : map.queryRenderedFeatures(around, { layers: there });
}
