import { useSignal } from "@preact/signals";
import { type Disagreement, disagreements, looked, onlyOpen, placesOf } from "../../draw/conflicts";
import { zoomToPlaces } from "../../draw/show";
import { say } from "../../text/plan/conflicts";
import { ConflictCard } from "./conflict_card";

const ORDERS = {
  by_rank: () => 0,
  by_households: (a: Disagreement, b: Disagreement) => b.households - a.households,
  by_width: (a: Disagreement, b: Disagreement) => b.width_m - a.width_m,
} as const;
type Order = keyof typeof ORDERS;
const SHOWN = 60;

/** Where departments disagree, the weightiest first; nothing goes from the list without a decision. */
export function ConflictList() {
  const order = useSignal<Order>("by_rank");
  const all = disagreements.value;
  const open = all.filter(({ status }) => status === "open");
  const found = (onlyOpen.value ? all.filter(isListed) : all).toSorted(ORDERS[order.value]);
  return (
    <>
      <p role="status">{say("title", { open: open.length, n: all.length })}</p>
      <div class="row">
        <select
          aria-label={say("order")}
          value={order.value}
          onChange={(event) => (order.value = event.currentTarget.value as Order)}
        >
          {Object.keys(ORDERS).map((name) => (
            <option key={name} value={name}>
              {say(name as Order)}
            </option>
          ))}
        </select>
        <label class="check">
          <input
            type="checkbox"
            checked={onlyOpen.value}
            onChange={(event) => (onlyOpen.value = event.currentTarget.checked)}
          />
          {say("only_open")}
        </label>
      </div>
      <ol class="conflicts">
        {found.slice(0, SHOWN).map((one) => (
          <li key={one.id}>
            <button
              type="button"
              class="conflict"
              aria-expanded={looked.value === one.id}
              onClick={() => look(one.id)}
            >
              <strong>{one.id}</strong> {say(one.kind as "border_shift")}
              <span class={`badge ${one.status}`}>{say(one.status)}</span>
              <small>
                {say("affects", {
                  households: one.households,
                  area: Math.round(one.area_m2),
                  width: one.width_m.toFixed(0),
                })}
              </small>
            </button>
            {looked.value === one.id && <ConflictCard conflict={one} />}
          </li>
        ))}
      </ol>
      {found.length > SHOWN && <p class="hint">{say("more", { n: found.length - SHOWN })}</p>}
    </>
  );
}

function isListed({ id, status }: Disagreement): boolean {
  return status === "open" || looked.value === id;
}

function look(id: string): void {
  looked.value = looked.value === id ? null : id;
  if (looked.value !== null) zoomToPlaces(placesOf(id));
}
