import { signal } from "@preact/signals";
import { type Flows, type Labelled, type Register, readFlows } from "../../api/cases";
import { language } from "../../text/language";

/** The tables that every case obeys; null until the service has told. */
export const flows = signal<Flows | null>(null);

export async function loadFlows(): Promise<Flows> {
  flows.value ??= await readFlows();
  return flows.value;
}

const said = (row: Labelled | undefined, name: string) =>
  row ? row[language.value === "zh" ? "label_zh" : "label_en"] : name;

export const stateOf = (flow: string, state: string) =>
  flows.value?.flows.find((one) => one.flow === flow)?.states.find((one) => one.state === state);

export const stateName = (flow: string, state: string) => said(stateOf(flow, state), state);

export const flowName = (flow: string) =>
  said(
    flows.value?.flows.find((one) => one.flow === flow),
    flow,
  );

export const tierName = (tier: string) =>
  said(
    flows.value?.tiers.find((one) => one.tier === tier),
    tier,
  );

export const dutyName = (duty: string) =>
  said(
    flows.value?.duties.find((one) => one.duty === duty),
    duty,
  );

export const postName = (post: string) =>
  said(
    flows.value?.posts.find((one) => one.post === post),
    post,
  );

/** What an issue may be about: the standing duties, and the tasks that were admitted. */
export function dutyNames(): readonly string[] {
  const known = flows.value;
  return known ? [...known.duties.map(({ duty }) => duty), ...Object.keys(known.admitted)] : [];
}

const REGISTERS = { issues: "issue", projects: "project", admissions: "admission" } as const;

/** The flows of a register. */
export const flowsOf = (register: Register) =>
  flows.value?.flows.filter((one) => one.register === REGISTERS[register]) ?? [];

/** A day and a time as people here write it. */
export const when = (text: string) =>
  new Date(text).toLocaleString(language.value === "zh" ? "zh-CN" : "en", {
    dateStyle: "short",
    timeStyle: "short",
  });
