import { signal } from "@preact/signals";
import {
  compareScenarios,
  dropScenario,
  type Effect,
  keepScenario,
  listScenarios,
  type Scenario,
} from "../api/scenarios";
import { plan, run, trouble } from "./bench";
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

/** Forget what is kept; no comparison may still ask for it. */
export async function drop(scenario: Scenario): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  pick(scenario.name, false);
  await run(() => dropScenario(open.plan_id, scenario));
  await readScenarios();
}

/** Put a scenario beside the others that are picked, or take it away. */
export function pick(name: string, isPicked: boolean): void {
  const others = [...picked.value].filter((one) => one !== name);
  picked.value = new Set(isPicked ? [...others, name] : others);
}

let asking = new AbortController();

/** Count what the picked scenarios do, as the panel looks at services; the last question counts. */
export async function compare(): Promise<void> {
  const open = plan.value;
  const names = kept.value.map(({ name }) => name).filter((name) => picked.value.has(name));
  const { kind, profile, minutes } = services.value;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  if (open === null || names.length === 0) {
    sideBySide.value = [];
    return;
  }
  const look = { profile, minutes, kinds: [kind] };
  try {
    const told = await compareScenarios(open.plan_id, names, look, signal);
    if (!signal.aborted) sideBySide.value = told;
  } catch (error) {
    if (!signal.aborted) trouble.value = error;
  }
}
