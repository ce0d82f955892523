import { signal } from "@preact/signals";
import type { Feature, Position } from "geojson";
import { type Nearest, nearest } from "../api/public";
import { asking } from "./asking";
import { whenLeft } from "./bench";
import { services, tellsNearest } from "./services";
import { minutesOf } from "./standards";

const REST_MS = 150;

/** The building that is pointed at, and the nearest service of each kind from it. */
export const home = signal<{ readonly at: Position; readonly services: Nearest } | null>(null);
/** The kind whose way is drawn; that which is looked at if this one is not reached. */
export const wayTo = signal("");

let timer: ReturnType<typeof setTimeout> | undefined;
const reading = asking();

/** Ask which needs are met at a building, once the pointer rests there. */
export function lookAtHome(at: Position | null): void {
  clearTimeout(timer);
  const [lon = 0, lat = 0] = at ?? [];
  const { profile } = services.value;
  if (at === null || !tellsNearest.value) return;
  const question = (signal: AbortSignal) => nearest({ lon, lat }, profile, [], 1, signal);
  const put = (found: Nearest) => {
    home.value = { at, services: found };
  };
  timer = setTimeout(async () => {
    try {
      await reading.ask(question, put, `${lon} ${lat} ${profile}`);
    } catch {
      home.value = null; // no street near by, or nothing is published yet
    }
  }, REST_MS);
}

whenLeft(() => {
  lookAtHome(null);
  reading.forget();
  home.value = null;
});

/** Whether the nearest service of a kind is near enough; the walk is null where there is none. */
export interface Need {
  readonly kind: string;
  readonly name: string;
  readonly walk_min: number | null;
  readonly isMet: boolean;
}

/** Which needs are met at a building, those that are not first. */
export function needsAt({ services: found }: { readonly services: Nearest }): Need[] {
  const { minutes } = services.value;
  const needs = Object.entries(found).map(([kind, [nearest]]): Need => {
    const walk_min = nearest === undefined ? null : nearest.walk_s / 60;
    const isMet = walk_min !== null && walk_min <= (minutes ?? minutesOf(kind));
    return { kind, name: nearest?.name ?? "", walk_min, isMet };
  });
  return needs.toSorted((a, b) => Number(a.isMet) - Number(b.isMet));
}

/** The building and the way from it. */
export function homeFeatures(): Feature[] {
  if (home.value === null) return [];
  const { at, services: found } = home.value;
  const kind = wayTo.value === "" ? services.value.kind : wayTo.value;
  const way = found[kind]?.[0]?.route.coordinates ?? [];
  const point: Feature = {
    type: "Feature",
    geometry: { type: "Point", coordinates: at },
    properties: { op: "home" },
  };
  if (way.length < 2) return [point];
  const coordinates = way.map((place) => [...place]);
  return [
    {
      type: "Feature",
      geometry: { type: "LineString", coordinates },
      properties: { op: "way" },
    },
    point,
  ];
}
