import { mayDraw, plan, plans } from "../../draw/bench";
import { bringHome, makeBranch } from "../../draw/history";
import { say } from "../../text/plan/history";
import { NameForm } from "./name_form";

/** Try something out on a copy, and bring it home when it is good. */
export function BranchForm() {
  const parent = plans.value.find(({ plan_id }) => plan_id === plan.value?.parent_id);
  if (!mayDraw.value) return null;
  return (
    <section class="part">
      <h2>{say("branches")}</h2>
      <NameForm label={say("branch_name")} keep={say("branch_make")} onName={makeBranch} />
      {parent?.status === "draft" && (
        <button type="button" onClick={() => bringHome()}>
          {say("take", { name: parent.name })}
        </button>
      )}
    </section>
  );
}
