import { departments, plan, plans, tiled } from "../../draw/bench";
import { departmentName } from "../../draw/standards";
import { type Beside, beside } from "../../draw/swipe";
import { say } from "../../text/plan/layers";

/** What is to be seen to the right of the line that parts the map. */
export function SwipeChoice() {
  const old = tiled.value.has("departments") ? [...departments.value.keys()] : [];
  const others = plans.value.filter(({ plan_id }) => plan_id !== plan.value?.plan_id);
  const found: readonly (Beside & { readonly label: string })[] = [
    ...old.map((name) => ({ what: "department" as const, name, label: departmentName(name) })),
    ...others.map(({ plan_id, name }) => ({ what: "plan" as const, name: plan_id, label: name })),
  ];
  if (found.length === 0) return null;
  const keyOf = ({ what, name }: Beside) => `${what} ${name}`;
  return (
    <section class="part">
      <label class="field">
        {say("swipe")}
        <select
          value={beside.value === null ? "" : keyOf(beside.value)}
          onChange={(event) => {
            const key = event.currentTarget.value;
            beside.value = found.find((one) => keyOf(one) === key) ?? null;
          }}
        >
          <option value="">{say("no_swipe")}</option>
          {found.map((one) => (
            <option key={keyOf(one)} value={keyOf(one)}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <p class="hint">{say("swipe_hint")}</p>
    </section>
  );
}
