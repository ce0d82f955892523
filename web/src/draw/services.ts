import { computed, signal } from "@preact/signals";
import { district, type Walker } from "../api/public";
import type { Look } from "../api/scenarios";
import type { Services } from "../map/services";
import { run, tab, tiled } from "./bench";

export const services = signal<Services>({
  kind: "elder_care_center",
  profile: "plain",
  minutes: null,
  gaps: false,
  circles: false,
});
/** The same as the service is asked. */
export const look = computed((): Look => {
  const { kind, profile, minutes } = services.value;
  return { profile, minutes, kinds: [kind] };
});
export const walkers = signal<readonly Walker[]>([]);
/** Whether what is published can tell the nearest services of a building. */
export const tellsNearest = signal(false);

/** Whether the plan has what is needed to ask who reaches what. */
export function hasServices(): boolean {
  return ["facilities", "roads"].every((layer) => tiled.value.has(layer));
}

/** Whether services are worked on, and not cells. */
export function isOnServices(): boolean {
  return tab.value === "more" && hasServices();
}

/** Read who may walk, and whether anything is published. */
export async function readServices(): Promise<void> {
  if (walkers.value.length > 0) return;
  const told = await run(district);
  walkers.value = told?.profiles ?? [];
  tellsNearest.value = told?.nearest ?? false;
}
