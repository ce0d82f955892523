import { computed, effect, signal, untracked } from "@preact/signals";
import {
  compareScenarios,
  dropScenario,
  type Effect,
  keepScenario,
  listScenarios,
  type Scenario,
} from "../api/scenarios";
import { asking } from "./asking";
import { plan, run, whenLeft } from "./bench";
import { changes, put } from "./scenario";
import { look } from "./services";

/** The scenarios that are kept of the plan. */
export const kept = signal<readonly Scenario[]>([]);
/** Those that are to be put side by side. */
export const picked = signal<ReadonlySet<string>>(new Set());
export const sideBySide = signal<readonly (Effect & { readonly name: string })[]>([]);
const [listing, comparing] = [asking(), asking()];

/** Read what is kept. */
export async function readScenarios(): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const tell = (found: readonly Scenario[]) => {
    kept.value = found;
  };
  await run(() => listing.ask(() => listScenarios(open.plan_id), tell));
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

/** Forget what is kept: from now on nothing asks for it. */
export async function drop(scenario: Scenario): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  listing.forget();
  kept.value = kept.value.filter((one) => one !== scenario);
  pick(scenario.name, false);
  await run(() => dropScenario(open.plan_id, scenario));
  await readScenarios();
}

/** Put a scenario beside the others that are picked, or take it away. */
export function pick(name: string, isPicked: boolean): void {
  const others = [...picked.value].filter((one) => one !== name);
  picked.value = new Set(isPicked ? [...others, name] : others);
}

/** What is to be compared: the picked scenarios in the revisions that are kept. */
const question = computed(() => {
  const chosen = kept.value.filter(({ name }) => picked.value.has(name));
  const names = chosen.map(({ name }) => name);
  const revisions = chosen.map(({ revision }) => revision);
  return { plan_id: plan.value?.plan_id ?? "", names, revisions, look: look.value };
});

/** Count what the picked scenarios do whenever they are others, until it is stopped. */
export function keepComparing(): () => void {
  return effect(() => {
    const now = question.value;
    untracked(() => void compare(now));
  });
}

async function compare(now: typeof question.value): Promise<void> {
  const { plan_id, names, look } = now;
  if (names.length === 0) {
    comparing.forget();
    sideBySide.value = [];
    return;
  }
  const tell = (told: typeof sideBySide.value) => {
    sideBySide.value = told;
  };
  const ask = (signal: AbortSignal) => compareScenarios(plan_id, names, look, signal);
  await run(() => comparing.ask(ask, tell, JSON.stringify(now)));
}

whenLeft(() => {
  listing.forget();
  kept.value = [];
  picked.value = new Set();
});
