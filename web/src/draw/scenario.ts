import { signal } from "@preact/signals";
import type { Feature } from "geojson";
import {
  type Change,
  type Effect,
  type KindEffect,
  type Lonlat,
  tryChanges,
} from "../api/scenarios";
import { plan, trouble } from "./bench";
import { cells } from "./cells";
import { services } from "./services";

/** What is tried: facilities moved, added and closed, streets opened and joined. */
export const changes = signal<readonly Change[]>([]);
/** What that does, to the kind that is looked at. */
export const effects = signal<{ readonly exact: boolean; readonly kind: KindEffect | null } | null>(
  null,
);
export const isCounting = signal(false);

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
  if (next.length === 0) effects.value = null;
  else count();
}

/** Count anew who reaches what; while one answer is awaited the next question waits. */
export async function count(): Promise<void> {
  const open = plan.value;
  if (open === null || isCounting.value || changes.value.length === 0) return;
  const [asked, look] = [changes.value, services.value];
  const { kind, profile, minutes } = look;
  isCounting.value = true;
  try {
    const told = await tryChanges(open.plan_id, asked, { profile, minutes, kinds: [kind] });
    if (changes.value.length > 0) effects.value = { exact: told.exact, kind: ofKind(told, kind) };
  } catch (error) {
    trouble.value = error;
  } finally {
    isCounting.value = false;
  }
  if (changes.value !== asked || services.value !== look) await count();
}

/** What an answer tells of a kind. */
export function ofKind({ kinds }: Effect, kind: string): KindEffect | null {
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
