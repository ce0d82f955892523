import { useComputed } from "@preact/signals";
import { plan, plans } from "../../draw/bench";
import { compareWith, differing, other } from "../../draw/compare";
import { zoomTo } from "../../draw/show";
import { say } from "../../text/plan/history";

/** What another plan has otherwise, on the map. */
export function Compare() {
  const others = useComputed(() =>
    plans.value.filter(({ plan_id }) => plan_id !== plan.value?.plan_id),
  );
  if (others.value.length === 0) return null;
  return (
    <section class="part">
      <h3>{say("compare")}</h3>
      <select
        class="wide"
        aria-label={say("compare_with")}
        value={other.value?.id ?? ""}
        onChange={(event) => compareWith(event.currentTarget.value)}
      >
        <option value="">{say("none")}</option>
        {others.value.map(({ plan_id, name }) => (
          <option key={plan_id} value={plan_id}>
            {name}
          </option>
        ))}
      </select>
      {other.value !== null && (
        <>
          <p role="status">{say("differ", { n: differing.value.length })}</p>
          <ul class="plain">
            {differing.value.slice(0, 30).map(({ id, properties }) => (
              <li key={id}>
                <button type="button" class="quiet" onClick={() => zoomTo([String(id)])}>
                  {String(properties.name ?? properties.code ?? id)}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
