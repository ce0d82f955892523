import { computed, type effect } from "@preact/signals";
import { LngLatBounds, type Map as MapView } from "maplibre-gl";
import { tilesOf } from "../api/tiles";
import { addBorders, drawBorders, nameCommunities } from "../map/borders";
import {
  addCells,
  drawCells,
  drawLive,
  fillCells,
  redrawCells,
  setState,
  showTheme,
} from "../map/cells";
import { drawConflicts } from "../map/conflicts";
import { addDepartments, showDepartment } from "../map/departments";
import { drawDifference } from "../map/difference";
import { addGround } from "../map/ground";
import { addSketch, drawBlocks, drawHandles, drawLine } from "../map/sketch";
import { followAim } from "./aim";
import {
  chosen,
  communityNames,
  departments,
  fillOpacity,
  ground,
  hiddenLayers,
  hovered,
  plan,
  tab,
  theme,
  tiled,
} from "./bench";
import { cells, lookOf } from "./cells";
import { differingBorders } from "./compare";
import { conflictFeatures } from "./conflicts";
import { preview, shown } from "./drawing";
import { aims } from "./keys";
import { levels } from "./levels";
import { blocksNow, handlesNow, lineNow } from "./marks";
import { origins, readOrigins } from "./origins";
import { followPointer } from "./pointer";
import { keepServices } from "./show_services";

type Effect = typeof effect;
let view: MapView | null = null;

const planId = computed(() => plan.value?.plan_id ?? null);
const conflictsShown = computed(
  () => tab.value === "conflicts" || !hiddenLayers.value.has("conflicts"),
);

/** Layers that are shown and hidden together. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  names: ["cell-name"],
  communities: ["community-line", "community-name"],
  subdistricts: ["subdistrict-line"],
};

/** Keep a map as the bench says, until it is stopped. */
export function showBench(map: MapView, effect: Effect): () => void {
  view = map;
  addCells(map);
  addBorders(map);
  addSketch(map);
  followPointer(map);
  followAim(map);
  const stops = [
    keepCells(map, effect),
    keepServices(map, effect),
    effect(() => drawBorders(map, levels.value.communities, levels.value.subdistricts)),
    effect(() => nameCommunities(map, ground.value.communities)),
    effect(() => {
      if (theme.value === "kept") readOrigins();
      showTheme(map, theme.value);
    }),
    effect(() => showGroups(map, hiddenLayers.value)),
    effect(() => fillCells(map, fillOpacity.value)),
    effect(() => showPlan(map, planId.value)),
    effect(() => showDepartments(map)),
    effect(() => showPreview(map)),
    effect(() => drawConflicts(map, conflictsShown.value ? conflictFeatures() : [])),
    effect(() => drawDifference(map, differingBorders())),
    effect(() => drawBlocks(map, blocksNow())),
    effect(() => drawHandles(map, handlesNow())),
    // arrows move what is drawn then, not the map
    effect(() => (aims() ? map.keyboard.disable() : map.keyboard.enable())),
    effect(() => drawLine(map, lineNow())),
    keepState(map, effect, "chosen", () => chosen.value),
    keepState(map, effect, "hover", () => (hovered.value === null ? [] : [hovered.value])),
  ];
  return () => {
    view = null;
    for (const stop of stops) stop();
  };
}

/** Bring cells into view. */
export function zoomTo(ids: readonly string[]): void {
  frame(boxOf(ids), 400);
}

/** Bring places in degrees into view. */
export function zoomToPlaces(places: readonly (readonly number[])[]): void {
  const box = new LngLatBounds();
  for (const [lon = 0, lat = 0] of places) box.extend([lon, lat]);
  frame(box.isEmpty() ? null : box, 400);
}

/** The map of the workbench, while it is there. */
export function mapNow(): MapView | null {
  return view;
}

/** The box around all cells; null without any. */
export function wholeBox(): LngLatBounds | null {
  return boxOf([...cells.peek().keys()]);
}

function frame(box: LngLatBounds | null, duration: number): void {
  if (box !== null) view?.fitBounds(box, { padding: 60, maxZoom: 17, duration });
}

function boxOf(ids: readonly string[]): LngLatBounds | null {
  const box = new LngLatBounds();
  for (const id of ids) {
    for (const place of cells.peek().get(id)?.shape.coordinates.flat() ?? []) {
      box.extend(place as [number, number]);
    }
  }
  return box.isEmpty() ? null : box;
}

/** Draw the cells that differ from those drawn before; all of them for another plan. */
function keepCells(map: MapView, effect: Effect): () => void {
  let before: ReturnType<typeof cells.peek> = new Map();
  let names = communityNames.peek();
  let made = origins.peek();
  const looks = (found: typeof before, ids: readonly string[]) =>
    ids.flatMap((id) => {
      const one = found.get(id);
      return one ? [lookOf(one.cell, one.shape, names.get(one.cell.community_id))] : [];
    });
  return effect(() => {
    const now = cells.value;
    const fresh = [...now.keys()].filter((id) => now.get(id) !== before.get(id));
    const gone = [...before.keys()].filter((id) => !now.has(id));
    const isOther =
      names !== communityNames.value || made !== origins.value || fresh.length === now.size;
    names = communityNames.value;
    made = origins.value;
    if (isOther) drawCells(map, looks(now, [...now.keys()]));
    else if (fresh.length + gone.length > 0) redrawCells(map, looks(now, fresh), gone);
    before = now;
  });
}

/** Draw the cells that a preview touches in place of those that are there. */
function showPreview(map: MapView): void {
  const found = preview.value;
  if (found === null) {
    drawLive(map, [], []);
    return;
  }
  const { cells: ids } = found.change;
  const live = [...shown(found.now, ids, new Set(ids), new Map()).values()];
  const names = communityNames.peek();
  drawLive(
    map,
    live.map(({ cell, shape }) => lookOf(cell, shape, names.get(cell.community_id))),
    ids,
  );
}

/** Bring a plan into view, on its own ground. */
function showPlan(map: MapView, id: string | null): void {
  if (id === null) return;
  addGround(map, tilesOf(id), tiled.peek());
  if (tiled.peek().has("departments")) addDepartments(map, tilesOf(id));
  frame(wholeBox(), 0);
}

function showDepartments(map: MapView): void {
  if (!tiled.value.has("departments")) return;
  for (const [name, look] of departments.value) {
    if (look.opacity > 0 || map.getLayer(`department-line:${name}`)) {
      showDepartment(map, name, look);
    }
  }
}

function showGroups(map: MapView, hidden: ReadonlySet<string>): void {
  for (const [name, layers] of Object.entries(GROUPS)) {
    const visibility = hidden.has(name) ? "none" : "visible";
    for (const layer of layers) map.setLayoutProperty(layer, "visibility", visibility);
  }
}

function keepState(
  map: MapView,
  effect: Effect,
  state: "chosen" | "hover",
  ids: () => readonly string[],
): () => void {
  let before: readonly string[] = [];
  return effect(() => {
    const now = ids();
    for (const id of before) if (!now.includes(id)) setState(map, id, { [state]: false });
    for (const id of now) if (!before.includes(id)) setState(map, id, { [state]: true });
    before = now;
  });
}
