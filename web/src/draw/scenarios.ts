import { signal } from "@preact/signals";
import {
  compareScenarios,
  dropScenario,
  type Effect,
  keepScenario,
  listScenarios,
  type Scenario,
} from "../api/scenarios";
import { plan, run } from "./bench";
import { changes, put } from "./scenario";
import { services } from "./services";

/** The scenarios that are kept of the plan. */
export const kept = signal<readonly Scenario[]>([]);
/** Those that are to be put side by side. */
export const picked = signal<ReadonlySet<string>>(new Set());
export const sideBySide = signal<readonly (Effect & { readonly name: string })[]>([]);

/** Read what is kept. */
export async function readScenarios(): Promise<void> {
  const open = plan.value;
  if (open !== null) kept.value = (await run(() => listScenarios(open.plan_id))) ?? [];
}

/** Keep what is tried under a name, in place of what had it. */
export async function keep(name: string): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const base = kept.value.find((one) => one.name === name)?.revision ?? 0;
  await run(() => keepScenario(open.plan_id, name, base, changes.value));
  await readScenarios();
}

/** Try again what is kept. */
export function take(scenario: Scenario): void {
  put(scenario.changes);
}

/** Forget what is kept. */
export async function drop(scenario: Scenario): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  await run(() => dropScenario(open.plan_id, scenario));
  pick(scenario.name, false);
  await readScenarios();
}

/** Put a scenario beside the others that are picked, or take it away. */
export async function pick(name: string, isPicked: boolean): Promise<void> {
  const others = [...picked.value].filter((one) => one !== name);
  picked.value = new Set(isPicked ? [...others, name] : others);
  await compare();
}

/** Count anew what the picked scenarios do, as the panel looks at services. */
export async function compare(): Promise<void> {
  const open = plan.value;
  const names = kept.value.map(({ name }) => name).filter((name) => picked.value.has(name));
  if (open === null) return;
  const { kind, profile, minutes } = services.value;
  const look = { profile, minutes, kinds: [kind] };
  sideBySide.value =
    names.length === 0
      ? []
      : ((await run(() => compareScenarios(open.plan_id, names, look))) ?? []);
}
