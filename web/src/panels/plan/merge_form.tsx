import { useSignal } from "@preact/signals";
import { isEnough, startMerge } from "../../draw/jobs";
import { RULES } from "../../model/rules";
import { say } from "../../text/plan/jobs";
import { WideField } from "./wide_field";

/** The name and the size of the plan to be merged. */
export function MergeForm() {
  const name = useSignal("");
  const low = useSignal<number>(RULES.cell_households_min);
  const high = useSignal<number>(RULES.cell_households_max);
  return (
    <form
      class="part"
      onSubmit={(event) => {
        event.preventDefault();
        startMerge(name.value.trim(), [low.value, high.value]);
      }}
    >
      <WideField label={say("name")} most={100} text={name} />
      <fieldset class="row size">
        <legend>{say("size")}</legend>
        {[low, high].map((end, i) => (
          <input
            key={i === 0 ? "low" : "high"}
            type="number"
            min="1"
            aria-label={i === 0 ? say("size") : say("to")}
            value={end.value}
            onInput={(event) => (end.value = event.currentTarget.valueAsNumber || end.value)}
          />
        ))}
      </fieldset>
      {!isEnough() && <p class="hint">{say("needs")}</p>}
      <button
        type="submit"
        class="main"
        disabled={!isEnough() || name.value.trim() === "" || low.value >= high.value}
      >
        {say("start")}
      </button>
    </form>
  );
}
