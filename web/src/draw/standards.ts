import { computed, signal } from "@preact/signals";
import { readStandards as ask, type Named, type Standards } from "../api/standards";
import { language } from "../text/language";
import { run } from "./bench";

const MINUTES = 15;

/** The kinds of facilities and the departments that the standards know. */
export const standards = signal<Standards>({ kinds: [], departments: [], packs: [] });

const kinds = computed(() => byName(standards.value.kinds));
const departments = computed(() => byName(standards.value.departments));

/** Read the standards, once. */
export async function readStandards(): Promise<void> {
  if (standards.value.kinds.length === 0) standards.value = (await run(ask)) ?? standards.value;
}

/** The name of a kind of facility; one that is not known is called as its file calls it. */
export function kindName(kind: string): string {
  return labelOf(kinds.value.get(kind), kind);
}

/** The name of a department, as of a kind. */
export function departmentName(department: string): string {
  return labelOf(departments.value.get(department), department);
}

/** How long the way to a kind of facility may be. */
export function minutesOf(kind: string): number {
  return kinds.value.get(kind)?.minutes ?? MINUTES;
}

function labelOf(found: Named | undefined, name: string): string {
  return (language.value === "zh" ? found?.label_zh : found?.label_en) ?? name;
}

function byName<Item extends Named>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.name, item]));
}
