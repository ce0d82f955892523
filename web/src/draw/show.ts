import type { effect } from "@preact/signals";
import { LngLatBounds, type LngLatBoundsLike, type Map as MapView } from "maplibre-gl";
import { addBorders, drawBorders } from "../map/borders";
import { addCells, drawCells, setState, showTheme } from "../map/cells";
import {
  choose,
  chosen,
  communityNames,
  ground,
  hiddenLayers,
  hovered,
  plan,
  theme,
} from "./bench";
import { cells, lookOf } from "./cells";

type Effect = typeof effect;
let view: MapView | null = null;

/** Layers that are shown and hidden together. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  names: ["cell-name"],
  borders: ["community-line", "subdistrict-line", "community-name"],
};

/** Keep a map as the bench says, until it is stopped. */
export function showBench(map: MapView, effect: Effect): () => void {
  view = map;
  addCells(map);
  addBorders(map);
  followPointer(map);
  const stops = [
    effect(() => drawEvery(map)),
    effect(() => drawBorders(map, ground.value.communities, ground.value.subdistricts)),
    effect(() => showTheme(map, theme.value)),
    effect(() => showGroups(map, hiddenLayers.value)),
    effect(() => {
      if (plan.value !== null) frame(wholeBox(), 0);
    }),
    markChosen(map, effect),
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

/** The box around all cells; null without any. */
export function wholeBox(): LngLatBoundsLike | null {
  return boxOf([...cells.peek().keys()]);
}

function frame(box: LngLatBoundsLike | null, duration: number): void {
  if (box !== null) view?.fitBounds(box, { padding: 60, maxZoom: 17, duration });
}

function boxOf(ids: readonly string[]): LngLatBounds | null {
  const box = new LngLatBounds();
  for (const id of ids) {
    const shape = cells.peek().get(id)?.shape;
    for (const place of shape?.coordinates.flat(shape.type === "Polygon" ? 1 : 2) ?? []) {
      box.extend(place as [number, number]);
    }
  }
  return box.isEmpty() ? null : box;
}

function drawEvery(map: MapView): void {
  const names = communityNames.value;
  const all = [...cells.value.values()];
  drawCells(
    map,
    all.map(({ cell, shape }) => lookOf(cell, shape, names.get(cell.community_id))),
  );
}

function showGroups(map: MapView, hidden: ReadonlySet<string>): void {
  for (const [name, layers] of Object.entries(GROUPS)) {
    const visibility = hidden.has(name) ? "none" : "visible";
    for (const layer of layers) map.setLayoutProperty(layer, "visibility", visibility);
  }
}

function followPointer(map: MapView): void {
  const at = (point: { x: number; y: number }): string | null => {
    const [found] = map.queryRenderedFeatures([point.x, point.y], { layers: ["cell-fill"] });
    return found === undefined ? null : String(found.properties.cell_id);
  };
  map.on("mousemove", ({ point }) => {
    const now = at(point);
    if (now === hovered.value) return;
    if (hovered.value !== null) setState(map, hovered.value, { hover: false });
    if (now !== null) setState(map, now, { hover: true });
    hovered.value = now;
  });
  map.on("click", ({ point, originalEvent }) => choose(at(point), originalEvent.shiftKey));
}

function markChosen(map: MapView, effect: Effect): () => void {
  let before: readonly string[] = [];
  return effect(() => {
    const now = chosen.value;
    for (const id of before) if (!now.includes(id)) setState(map, id, { chosen: false });
    for (const id of now) setState(map, id, { chosen: true });
    before = now;
  });
}
