import { ask } from "./client";
import { everyItem, planPath } from "./plans";

export type Lonlat = readonly [lon: number, lat: number];

/** A change of facilities or streets, as scenario files hold it. */
export type Change =
  | { readonly op: "move"; readonly facility_id: string; readonly at: Lonlat }
  | {
      readonly op: "add";
      readonly facility_id: string;
      readonly kind: string;
      readonly at: Lonlat;
    }
  | { readonly op: "close"; readonly facility_id: string }
  | { readonly op: "open_street"; readonly at: Lonlat }
  | { readonly op: "open_link"; readonly at: Lonlat; readonly to: Lonlat };

/** How changes are looked at: who walks, how long in place of the norm's, to which kinds. */
export interface Look {
  readonly profile: string;
  readonly minutes: number | null;
  /** Those that the changes touch, without any. */
  readonly kinds: readonly string[];
}

/** Counts are null where few people would be told. */
export interface Total {
  readonly people_covered_before: number | null;
  readonly people_covered_after: number | null;
  readonly people_gained: number | null;
  readonly people_lost: number | null;
  readonly elders_60: number | null;
  readonly elders_60_covered_before: number | null;
  readonly elders_60_covered_after: number | null;
  readonly elders_60_gained: number | null;
  readonly elders_60_lost: number | null;
}

export interface KindEffect {
  readonly kind: string;
  readonly label: string;
  readonly minutes: number;
  readonly total: Total;
  readonly cells: readonly {
    readonly cell_id: string;
    readonly people_gained: number | null;
    readonly people_lost: number | null;
  }[];
}

export interface Effect {
  readonly exact: boolean;
  readonly kinds: readonly KindEffect[];
  readonly facilities: readonly { readonly facility_id: string; readonly off_streets: boolean }[];
}

/** Changes that are kept by name. */
export interface Scenario {
  readonly name: string;
  readonly revision: number;
  readonly changes: readonly Change[];
  readonly author: string;
}

/** What changes would do; nothing is saved. */
export function tryChanges(
  plan: string,
  changes: readonly Change[],
  look: Look,
  signal: AbortSignal,
): Promise<Effect> {
  return ask(planPath(plan, "/scenarios/try"), { body: { changes, ...look }, signal });
}

/** The scenarios of a plan by name. */
export function listScenarios(plan: string): Promise<Scenario[]> {
  return everyItem(planPath(plan, "/scenarios?limit=200"));
}

/** Keep changes by name, in place of a revision of that name; 0 for a new one. */
export function keepScenario(
  plan: string,
  name: string,
  base: number,
  changes: readonly Change[],
): Promise<Scenario> {
  const body = { base_revision: base, changes };
  return ask(scenarioPath(plan, name), { method: "PUT", body });
}

/** Forget a scenario. */
export function dropScenario(plan: string, { name, revision }: Scenario): Promise<void> {
  return ask(`${scenarioPath(plan, name)}?base_revision=${revision}`, { method: "DELETE" });
}

/** What several scenarios do, each against today. */
export async function compareScenarios(
  plan: string,
  names: readonly string[],
  look: Look,
  signal: AbortSignal,
): Promise<readonly (Effect & { readonly name: string })[]> {
  const body = { names, ...look };
  const path = planPath(plan, "/scenarios/compare");
  return (await ask<{ scenarios: (Effect & { name: string })[] }>(path, { body, signal }))
    .scenarios;
}

function scenarioPath(plan: string, name: string): string {
  return planPath(plan, `/scenarios/${encodeURIComponent(name)}`);
}
