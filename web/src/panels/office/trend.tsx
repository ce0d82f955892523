import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asked } from "../../api/asked";
import { type Trend, trend } from "../../api/board";
import { tell } from "../../text/office";
import { percent } from "./figures";
import { again, board, keyOf, kind, profile, units } from "./state";

const told = signal<Trend | null>(null);

/** How the covered share went from plan to plan; nothing before there are two. */
export function TrendTable() {
  const shown = board.value;
  const wanted = kind.value || shown?.kinds[0] || "";
  const walker = profile.value || shown?.profiles[0] || "";
  useEffect(() => {
    if (!shown?.office || !wanted) return;
    return asked(
      (stopped) => trend(wanted, walker, stopped),
      (found) => {
        told.value = found;
      },
    );
  }, [shown?.office, wanted, walker, again.value]);
  const plans = told.value?.plans ?? [];
  if (plans.length < 2) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-labelledby="trend" class="scroll" tabIndex={0}>
      <h2 id="trend">{tell("trend")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{tell("unit")}</th>
            {plans.map((plan) => (
              <th key={plan.plan_id} scope="col">
                {plan.name} {plan.created_at.slice(0, 10)}
              </th>
            ))}
            <th scope="col">{tell("change")}</th>
          </tr>
        </thead>
        <tbody>
          {(told.value?.units ?? []).map(({ level, id, shares }) => (
            <tr key={keyOf({ level, id })}>
              <th scope="row">{units.value.get(keyOf({ level, id }))?.name ?? id}</th>
              {shares.map((share, i) => (
                <td key={plans[i]?.plan_id}>{share === null ? tell("empty") : percent(share)}</td>
              ))}
              <td>{change(shares)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function change(shares: readonly (number | null)[]): string {
  const [first, last] = [shares[0], shares.at(-1)];
  if (typeof first !== "number" || typeof last !== "number") return tell("empty");
  const points = (last - first) * 100;
  return `${points > 0 ? "+" : ""}${points.toFixed(1)}`;
}
