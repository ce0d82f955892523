import { computed, signal } from "@preact/signals";
import type { Plan, Row } from "../api/plans";
import { readMadeFrom, readRows } from "../api/plans";
import type { Session } from "../api/session";
import { FILL_OPACITY } from "../map/cells";
import { DEPARTMENT_COLOURS, type Look } from "../map/departments";
import type { Theme } from "../map/themes";

/** What the workbench shows and what is being done on it: one place, read by map and panels alike. */
export const person = signal<Session | null>(null);
export const plan = signal<Plan | null>(null);
export const plans = signal<readonly Plan[]>([]);
export const theme = signal<Theme>("band");
export const chosen = signal<readonly string[]>([]);
export const hovered = signal<string | null>(null);
/** The layers of the plan that have tiles. */
export const tiled = signal<ReadonlySet<string>>(new Set());
/** How each department's old grid is drawn. */
export const departments = signal<ReadonlyMap<string, Look>>(new Map());
/** How strongly the cells are filled, from 0 (not at all) to 1. */
export const fillOpacity = signal(FILL_OPACITY);
/** Groups of layers that are not shown. */
export const hiddenLayers = signal<ReadonlySet<string>>(new Set(["conflicts"]));
/** What went wrong and may be looked at; null when all is well. */
export const trouble = signal<unknown>(null);
/** Which panel is open. */
export const tab = signal("cell");
const running = signal(0);
/** Whether anything is asked of the service. */
export const busy = computed(() => running.value > 0);

/** The borders above the cells, and which departments drew grids before. */
export interface Ground {
  readonly communities: readonly Row[];
  readonly subdistricts: readonly Row[];
  readonly departments: readonly string[];
}
export const ground = signal<Ground>({ communities: [], subdistricts: [], departments: [] });

const leaving: (() => void)[] = [];

/** What is known and tried of a plan is to be forgotten this way when another is opened. */
export function whenLeft(forget: () => void): void {
  leaving.push(forget);
}

/** Forget what is known and tried of the plan that is open. */
export function leave(): void {
  for (const forget of leaving) forget();
}

const DRAWS: ReadonlySet<string> = new Set(["community", "subdistrict_office", "planner", "admin"]);
/** Whether whoever is logged in may draw on plans. */
export const mayDraw = computed(() => DRAWS.has(person.value?.role ?? ""));
/** Whether they may draw on the plan as it stands. */
export const mayEdit = computed(() => mayDraw.value && plan.value?.status === "draft");

const OFFICES: ReadonlySet<string> = new Set(["subdistrict_office", "planner", "admin"]);
/** Whether they work on the whole district: ask for jobs, read and take away its files. */
export const ofDistrict = computed(
  () =>
    OFFICES.has(person.value?.role ?? "") && (person.value?.areas.includes("district") ?? false),
);

/** The names of communities by their ids. */
export const communityNames = computed(
  () =>
    new Map(
      ground.value.communities.map(({ id, properties }) => [
        String(id),
        String(properties.name ?? id),
      ]),
    ),
);

/** Choose a cell alone, or with others: then once more is off again. */
export function choose(id: string | null, more = false): void {
  if (id === null) chosen.value = [];
  else if (!more) chosen.value = [id];
  else if (chosen.value.includes(id)) chosen.value = chosen.value.filter((one) => one !== id);
  else chosen.value = [...chosen.value, id];
}

/** Run something of the service; meanwhile the page is busy, and what goes wrong is shown. */
export async function run<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
  running.value = running.peek() + 1;
  try {
    return await work();
  } catch (error) {
    trouble.value = error;
    return undefined;
  } finally {
    running.value = running.peek() - 1;
  }
}

/** Read the ground of a plan. */
export async function readGround(id: string): Promise<Ground> {
  const [communities, subdistricts, made] = await Promise.all([
    readRows(id, "communities", "lonlat"),
    readRows(id, "subdistricts", "lonlat"),
    readMadeFrom(id),
  ]);
  return { communities, subdistricts, departments: made.departments.map(({ name }) => name) };
}

/** Show another ground; a department that was seen already looks as before. */
export function standOn(next: Ground): void {
  ground.value = next;
  departments.value = new Map(
    next.departments.map((name, i) => [
      name,
      departments.value.get(name) ?? { opacity: 0, colour: colourOf(i) },
    ]),
  );
}

function colourOf(order: number): string {
  return DEPARTMENT_COLOURS[order % DEPARTMENT_COLOURS.length] ?? "#c2410c";
}
