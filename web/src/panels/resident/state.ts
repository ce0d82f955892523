import { batch, computed, effect, signal } from "@preact/signals";
import type { Place } from "../../api/public";
import { readLink, rounded, writeLink } from "./link";

export const PACES = [
  ...(["plain", "elder_65", "elder_75", "elder_85"] as const),
  ...(["frail", "stroller", "wheelchair"] as const),
];
export type Pace = (typeof PACES)[number];

const linked = readLink(location.hash);
const paceNamed = (name: string): Pace => PACES.find((pace) => pace === name) ?? "plain";
export const place = signal<Place | null>(linked.place);
export const placeName = signal("");
export const pace = signal(paceNamed(linked.pace));
export const kind = signal(linked.kind);
/** Whether what is shown was kept from before the connection went. */
export const kept = signal(false);
/** The address that says what is chosen, for sharing. */
export const link = computed(() =>
  writeLink({ place: place.value, pace: pace.value, kind: kind.value }),
);

/** Stand somewhere else. */
export function standAt(where: Place, name: string): void {
  batch(() => {
    place.value = rounded(where);
    placeName.value = name;
  });
}

/** Keep the address and what is chosen in step. */
export function follow(): void {
  effect(() => history.replaceState(null, "", link.value || location.pathname));
  addEventListener("hashchange", () => {
    const said = readLink(location.hash);
    batch(() => {
      place.value = said.place;
      placeName.value = "";
      pace.value = paceNamed(said.pace);
      kind.value = said.kind;
    });
  });
}
