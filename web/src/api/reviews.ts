import { ask } from "./client";
import { planPath, type Status } from "./plans";

export type Step = "submit" | "approve" | "return" | "publish" | "retire";

/** Where a plan stands on its way: the subdistricts concerned, and those that approved. */
export interface Review {
  readonly status: Status;
  readonly concerned: readonly string[];
  readonly approved: readonly string[];
  readonly decisions: readonly Decision[];
}

export interface Decision {
  readonly revision: number;
  readonly step: Step;
  readonly subdistrict_id: string | null;
  readonly at: string;
  readonly actor: string;
  readonly note: string;
}

/** Where a plan stands. */
export function readReview(plan: string): Promise<Review> {
  return ask(planPath(plan, "/reviews"));
}

/** Take a plan one step further, or back. */
export function review(plan: string, step: Step, base: number, note = ""): Promise<Review> {
  return ask(planPath(plan, "/reviews"), { body: { step, base_revision: base, note } });
}
