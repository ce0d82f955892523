import { computed, effect, signal, untracked } from "@preact/signals";
import type { Feature } from "geojson";
import {
  type Change,
  type Effect,
  type KindEffect,
  type Lonlat,
  tryChanges,
} from "../api/scenarios";
import { asking } from "./asking";
import { plan, trouble, whenLeft } from "./bench";
import { cells } from "./cells";
import { look, services } from "./services";

/** What is tried: facilities moved, added and closed, streets opened and joined. */
export const changes = signal<readonly Change[]>([]);
/** What that does, to the kind that is looked at. */
export const effects = signal<{ readonly exact: boolean; readonly kind: KindEffect | null } | null>(
  null,
);
export const isCounting = signal(false);
const counting = asking();

/** Try one more change; a facility that is moved or closed again is moved or closed but once. */
export function tryChange(change: Change): void {
  const isSame = (other: Change) =>
    "facility_id" in change &&
    "facility_id" in other &&
    other.facility_id === change.facility_id &&
    other.op !== "add";
  put([...changes.value.filter((other) => !isSame(other)), change]);
}

/** Move a facility, one that is tried too. */
export function moveFacility(facility_id: string, at: Lonlat): void {
  const added = changes.value.find((one) => one.op === "add" && one.facility_id === facility_id) as
    | Extract<Change, { op: "add" }>
    | undefined;
  if (added === undefined) tryChange({ op: "move", facility_id, at });
  else put(changes.value.map((one) => (one === added ? { ...added, at } : one)));
}

/** Try a new facility of the kind that is looked at. */
export function addFacility(at: Lonlat): void {
  const taken = new Set(changes.value.map((one) => "facility_id" in one && one.facility_id));
  let number = 1;
  while (taken.has(`+${number}`)) number++;
  tryChange({ op: "add", facility_id: `+${number}`, kind: services.value.kind, at });
}

/** Try these changes and no others. */
export function put(next: readonly Change[]): void {
  changes.value = next;
}

/** What is to be counted; null when nothing is tried. */
const question = computed(() => {
  const [open, tried] = [plan.value, changes.value];
  if (open === null || tried.length === 0) return null;
  return { plan_id: open.plan_id, tried, look: look.value };
});

/** Count who reaches what whenever something else is tried, until it is stopped. */
export function keepCounting(): () => void {
  return effect(() => {
    if (question.value !== null) untracked(count);
    else {
      counting.forget();
      effects.value = null;
    }
  });
}

/** Count anew; while one answer is awaited the next question waits: a drag is answered on its way. */
async function count(): Promise<void> {
  const now = question.value;
  if (now === null || isCounting.value) return;
  const { plan_id, tried, look } = now;
  isCounting.value = true;
  try {
    await counting.ask(
      (signal) => tryChanges(plan_id, tried, look, signal),
      (told) => {
        effects.value = { exact: told.exact, kind: ofKind(told, look.kinds[0]) };
      },
      JSON.stringify(now),
    );
  } catch (error) {
    trouble.value = error;
  }
  isCounting.value = false;
  if (question.value !== now) await count();
}

whenLeft(() => put([]));

/** What an answer tells of a kind. */
export function ofKind({ kinds }: Effect, kind = ""): KindEffect | null {
  return kinds.find((one) => one.kind === kind) ?? null;
}

/** The changes as points and lines. */
export function changeFeatures(): Feature[] {
  return changes.value.flatMap((change): Feature[] => {
    if (change.op === "close") return [];
    const { op, at } = change;
    const properties = { op, facility_id: "facility_id" in change ? change.facility_id : null };
    const coordinates = op === "open_link" ? [[...at], [...change.to]] : [...at];
    const type = op === "open_link" ? "LineString" : "Point";
    return [{ type: "Feature", geometry: { type, coordinates } as never, properties }];
  });
}

/** The facilities that are drawn elsewhere, or not at all. */
export function changedFacilities(): string[] {
  return changes.value.flatMap((one) => ("facility_id" in one ? [one.facility_id] : []));
}

/** The cells that gain or lose people by the changes. */
export function effectFeatures(): Feature[] {
  const told = effects.value?.kind?.cells ?? [];
  return told.flatMap(({ cell_id, people_gained, people_lost }): Feature[] => {
    const net = (people_gained ?? 0) - (people_lost ?? 0);
    const geometry = cells.value.get(cell_id)?.shape;
    if (net === 0 || geometry === undefined) return [];
    return [{ type: "Feature", geometry, properties: { cell_id, net } }];
  });
}
