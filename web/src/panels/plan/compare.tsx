import { useComputed } from "@preact/signals";
import { plan, plans } from "../../draw/bench";
import { cells } from "../../draw/cells";
import { compareWith, difference, other } from "../../draw/compare";
import { zoomTo } from "../../draw/show";
import { say } from "../../text/plan/history";

const SHOWN = 30;

/** What another plan has otherwise, on the map. */
export function Compare() {
  const others = useComputed(() =>
    plans.value.filter(({ plan_id }) => plan_id !== plan.value?.plan_id),
  );
  const found = difference.value;
  const { added = [], removed = [], changed = [] } = found?.cells ?? {};
  const ids = [...changed, ...removed, ...added];
  if (others.value.length === 0) return null;
  return (
    <section class="part">
      <h2>{say("compare")}</h2>
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
      {found !== null && (
        <>
          <p role="status">{say("differ", { n: ids.length })}</p>
          <p class="check">
            <span class="swatch theirs" /> {say("theirs")} <span class="swatch ours" />{" "}
            {say("ours")}
          </p>
          <ul class="plain">
            {ids.slice(0, SHOWN).map((id) => (
              <li key={id}>
                <button type="button" class="quiet" onClick={() => zoomTo([id])}>
                  {cells.value.get(id)?.cell.name ?? id}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
