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
export const busy = signal(false);

export const ground = signal<{
  readonly communities: readonly Row[];
  readonly subdistricts: readonly Row[];
}>({
  communities: [],
  subdistricts: [],
});

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

/** Run something of the service; what goes wrong is shown, and nothing else can be asked meanwhile. */
export async function run<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
  busy.value = true;
  try {
    return await work();
  } catch (error) {
    trouble.value = error;
    return undefined;
  } finally {
    busy.value = false;
  }
}

/** Read the borders above the cells, and which departments drew grids before. */
export async function readGround(id: string): Promise<void> {
  const [communities, subdistricts, made] = await Promise.all([
    readRows(id, "communities", "lonlat"),
    readRows(id, "subdistricts", "lonlat"),
    readMadeFrom(id),
  ]);
  ground.value = { communities, subdistricts };
  departments.value = new Map(
    made.departments.map(({ name }, i) => [
      name,
      departments.value.get(name) ?? { opacity: 0, colour: colourOf(i) },
    ]),
  );
}

function colourOf(order: number): string {
  return DEPARTMENT_COLOURS[order % DEPARTMENT_COLOURS.length] ?? "#c2410c";
}
