import { useSignal } from "@preact/signals";
import { mayDraw, plan, plans } from "../../draw/bench";
import { bringHome, makeBranch } from "../../draw/history";
import { say } from "../../text/plan/history";

/** Try something out on a copy, and bring it home when it is good. */
export function BranchForm() {
  const name = useSignal("");
  const parent = plans.value.find(({ plan_id }) => plan_id === plan.value?.parent_id);
  if (!mayDraw.value) return null;
  return (
    <section class="part">
      <h2>{say("branches")}</h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          makeBranch(name.value.trim());
          name.value = "";
        }}
      >
        <input
          type="text"
          maxLength={60}
          aria-label={say("branch_name")}
          placeholder={say("branch_name")}
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
        <button type="submit" disabled={name.value.trim() === ""}>
          {say("branch_make")}
        </button>
      </form>
      {parent?.status === "draft" && (
        <button type="button" onClick={() => bringHome()}>
          {say("take", { name: parent.name })}
        </button>
      )}
    </section>
  );
}
