import { signal } from "@preact/signals";
import { type Revision, readHistory, takeBranch } from "../api/edits";
import { branchPlan, listPlans, readPlan } from "../api/plans";
import { type Review, readReview, review, type Step } from "../api/reviews";
import { toEdits } from "../model/session";
import { asking } from "./asking";
import { person, plan, plans, run, whenLeft } from "./bench";
import { drawing } from "./drawing";
import { openPlan } from "./open";
import { again } from "./save";

export const revisions = signal<readonly Revision[]>([]);
export const standing = signal<Review | null>(null);

/** Who may take which step, while the plan stands where. */
const STEPS: readonly { step: Step; at: readonly string[]; by: readonly string[] }[] = [
  { step: "submit", at: ["draft"], by: ["community", "subdistrict_office", "planner", "admin"] },
  { step: "approve", at: ["submitted"], by: ["subdistrict_office", "admin"] },
  { step: "return", at: ["submitted", "approved"], by: ["subdistrict_office", "planner", "admin"] },
  { step: "publish", at: ["approved"], by: ["planner", "admin"] },
  { step: "retire", at: ["published"], by: ["planner", "admin"] },
];

/** The steps that whoever is logged in may take now. */
export function stepsNow(): Step[] {
  const [status, role] = [plan.value?.status ?? "", person.value?.role ?? ""];
  return STEPS.filter(({ at, by }) => at.includes(status) && by.includes(role)).map(
    ({ step }) => step,
  );
}

const reading = asking();

/** Read where the plan stands and how it came there. */
export async function readStanding(): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const question = () => Promise.all([readHistory(open.plan_id), readReview(open.plan_id)]);
  const put = (told: Awaited<ReturnType<typeof question>>) => {
    [revisions.value, standing.value] = told;
  };
  await run(() => reading.ask(question, put));
}

whenLeft(() => {
  reading.forget();
  revisions.value = [];
  standing.value = null;
});

/** Take a step, then show the plan as it stands. */
export async function takeStep(step: Step, note: string): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  await run(async () => {
    standing.value = await review(open.plan_id, step, open.revision, note);
    plan.value = await readPlan(open.plan_id);
    plans.value = await listPlans();
  });
}

/** Copy the plan as it stands, with what is drawn, and go on there. */
export async function makeBranch(name: string): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const made = await run(() => branchPlan(open.plan_id, idOf(name), name));
  if (made === undefined) return;
  const edits = drawing.value === null ? [] : toEdits(drawing.value);
  plans.value = (await run(listPlans)) ?? plans.value;
  await openPlan(made.plan_id);
  if (edits.length > 0) await again(() => edits, made);
}

/** Save on the plan that this one is a branch of what was edited here, and go there. */
export async function bringHome(): Promise<void> {
  const open = plan.value;
  const parent = plans.value.find(({ plan_id }) => plan_id === open?.parent_id);
  if (open === null || parent === undefined) return;
  const done = await run(async () => {
    const now = await readPlan(parent.plan_id);
    return takeBranch(parent.plan_id, open.plan_id, now.revision);
  });
  if (done !== undefined) await openPlan(parent.plan_id);
}

function idOf(name: string): string {
  const text = name.trim().replaceAll(/[\s/\\]+/g, "-");
  const taken = new Set(plans.value.map(({ plan_id }) => plan_id));
  let id = text;
  for (let i = 2; taken.has(id); i++) id = `${text}-${i}`;
  return id;
}
