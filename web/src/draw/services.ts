import { type effect, signal } from "@preact/signals";
import type { Feature } from "geojson";
import type { Map as MapView } from "maplibre-gl";
import { type KindEffect, readWalkers, tryMoves, type Walker } from "../api/scenarios";
import { tilesOf } from "../api/tiles";
import { drawMoved, type Services, showServices } from "../map/services";
import { plan, run, tab, tiled, trouble } from "./bench";
import { cells } from "./cells";

export const services = signal<Services>({
  kind: "elder_care_center",
  profile: "plain",
  gaps: false,
  circles: false,
});
export const walkers = signal<readonly Walker[]>([]);
/** Where facilities are tried, by id. */
export const moves = signal<ReadonlyMap<string, readonly [lon: number, lat: number]>>(new Map());
export const effects = signal<{ readonly exact: boolean; readonly kind: KindEffect | null } | null>(
  null,
);
export const isCounting = signal(false);

/** Whether the plan has what is needed to ask who reaches what. */
export function hasServices(): boolean {
  return ["facilities", "roads", "gaps", "circles"].every((layer) => tiled.value.has(layer));
}

/** Read who may walk. */
export async function readServices(): Promise<void> {
  if (walkers.value.length === 0) walkers.value = (await run(readWalkers)) ?? [];
}

/** Put all facilities back where they are. */
export function putBack(): void {
  moves.value = new Map();
  effects.value = null;
}

/** Show services while their panel is open, and let facilities be dragged then. */
export function keepServices(map: MapView, follow: typeof effect): () => void {
  const stops = [
    follow(() => {
      if (plan.value === null || !hasServices()) return;
      const isOpen = tab.value === "more";
      showServices(map, tilesOf(plan.value.plan_id), isOpen ? services.value : null);
    }),
    follow(() => drawMoved(map, movedFeatures(), effectFeatures())),
  ];
  map.on("mousedown", (event) => {
    if (tab.value !== "more" || !map.getLayer("facility")) return;
    const layers = ["facility:moved", "facility"];
    const [found] = map.queryRenderedFeatures(event.point, { layers });
    if (found === undefined) return;
    event.preventDefault();
    drag(map, String(found.properties.facility_id));
  });
  return () => {
    for (const stop of stops) stop();
  };
}

/** Count anew who reaches what; while one answer is awaited the next question waits. */
export async function count(): Promise<void> {
  const open = plan.value;
  if (open === null || isCounting.value || moves.value.size === 0) return;
  const asked = moves.value;
  isCounting.value = true;
  try {
    const changes = [...asked].map(
      ([facility_id, at]) => ({ op: "move", facility_id, at }) as const,
    );
    const told = await tryMoves(open.plan_id, changes, services.value.profile);
    effects.value = { exact: told.exact, kind: told.kinds[0] ?? null };
  } catch (error) {
    trouble.value = error;
  } finally {
    isCounting.value = false;
  }
  if (moves.value !== asked) await count();
}

function drag(map: MapView, id: string): void {
  const move = (event: { lngLat: { lng: number; lat: number } }) => {
    moves.value = new Map(moves.value).set(id, [event.lngLat.lng, event.lngLat.lat]);
    count();
  };
  map.on("mousemove", move);
  map.once("mouseup", () => map.off("mousemove", move));
}

function movedFeatures(): Feature[] {
  return [...moves.value].map(([facility_id, at]) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [...at] },
    properties: { facility_id },
  }));
}

function effectFeatures(): Feature[] {
  const told = effects.value?.kind?.cells ?? [];
  return told.flatMap(({ cell_id, people_gained, people_lost }) => {
    const net = (people_gained ?? 0) - (people_lost ?? 0);
    const geometry = cells.value.get(cell_id)?.shape;
    if (net === 0 || geometry === undefined) return [];
    return [{ type: "Feature", geometry, properties: { cell_id, net } }];
  });
}
