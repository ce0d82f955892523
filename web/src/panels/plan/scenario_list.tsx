import { useEffect } from "preact/hooks";
import { mayDraw, plan } from "../../draw/bench";
import { changes, ofKind } from "../../draw/scenario";
import {
  drop,
  keep,
  kept,
  pick,
  picked,
  readScenarios,
  sideBySide,
  take,
} from "../../draw/scenarios";
import { services } from "../../draw/services";
import { say } from "../../text/plan/scenarios";
import { figure } from "./figure";
import { NameForm } from "./name_form";

/** What was tried and kept by name, side by side. */
export function ScenarioList() {
  useEffect(() => {
    readScenarios();
  }, [plan.value?.plan_id]);
  return (
    <section class="part">
      <h2>{say("kept")}</h2>
      {mayDraw.value && <KeepForm />}
      {kept.value.length === 0 && <p class="hint">{say("none_kept")}</p>}
      <ul class="plain">
        {kept.value.map((one) => (
          <li key={one.name} class="check">
            <label class="check grow">
              <input
                type="checkbox"
                checked={picked.value.has(one.name)}
                onChange={(event) => pick(one.name, event.currentTarget.checked)}
              />
              {one.name} <small>{say("changes", { n: one.changes.length })}</small>
            </label>
            <button type="button" onClick={() => take(one)}>
              {say("take")}
            </button>
            {mayDraw.value && (
              <button
                type="button"
                class="quiet"
                aria-label={`${say("drop")} ${one.name}`}
                onClick={() => drop(one)}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      {sideBySide.value.length > 0 && <SideBySide />}
    </section>
  );
}

function KeepForm() {
  return (
    <NameForm
      label={say("name")}
      keep={say("keep")}
      enabled={changes.value.length > 0}
      onName={keep}
    />
  );
}

/** Elders who reach the kind that is looked at: today, and in each scenario. */
function SideBySide() {
  const { kind } = services.value;
  const rows = sideBySide.value.map((one) => ({
    name: one.name,
    total: ofKind(one, kind)?.total ?? null,
  }));
  const today = rows.find(({ total }) => total !== null)?.total?.elders_60_covered_before ?? null;
  return (
    <table class="effect">
      <caption>{say("beside")}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{say("elders_covered")}</th>
          <th scope="col">{say("gained")}</th>
          <th scope="col">{say("lost")}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{say("today")}</th>
          <td>{today === null ? "—" : figure(today)}</td>
          <td />
          <td />
        </tr>
        {rows.map(({ name, total }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {total === null ? (
              <td colSpan={3}>{say("not_concerned")}</td>
            ) : (
              <>
                <td>{figure(total.elders_60_covered_after)}</td>
                <td class="gained">+{figure(total.elders_60_gained)}</td>
                <td class="lost">−{figure(total.elders_60_lost)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
