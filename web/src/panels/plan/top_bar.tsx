import { useEffect } from "preact/hooks";
import type { Plan } from "../../api/plans";
import { logOut } from "../../api/session";
import { person, plan, plans } from "../../draw/bench";
import { openPlan } from "../../draw/open";
import { say } from "../../text/plan/bench";
import { say as sayShell } from "../../text/shell";
import { district, loadDistrict } from "../shell/district";
import { Pages, Settings } from "../shell/settings";
import { SaveBar } from "./save_bar";
import { Search } from "./search";

/** Which plan, who works on it, and where to find something. */
export function TopBar() {
  return (
    <header class="top-bar">
      <Menu />
      <PlanChooser />
      <search>
        <Search />
      </search>
      <SaveBar />
      <span class="spring" />
      {district.value?.synthetic && (
        <span class="badge" title={sayShell("synthetic")}>
          {say("synthetic")}
        </span>
      )}
      <Settings />
    </header>
  );
}

/** The way to the other pages, folded up so that the map keeps its room. */
function Menu() {
  useEffect(() => void loadDistrict(), []);
  return (
    <details class="menu">
      <summary>☰ {say("title")}</summary>
      <div class="unfolded">
        <Pages page="plan" />
        <p class="who">{person.value?.name}</p>
        <button
          type="button"
          onClick={() => logOut().then(() => location.assign("/login?next=/plan"))}
        >
          {say("log_out")}
        </button>
      </div>
    </details>
  );
}

function PlanChooser() {
  const now = plan.value;
  return (
    <div class="plan-chooser">
      <select
        aria-label={say("plan")}
        value={now?.plan_id ?? ""}
        onChange={(event) => openPlan(event.currentTarget.value)}
      >
        {plans.value.map((one) => (
          <option key={one.plan_id} value={one.plan_id}>
            {titleOf(one)}
          </option>
        ))}
      </select>
      {now !== null && (
        <span class={`status status-${now.status}`}>
          {say("revision", { n: now.revision })} · {say(now.status)}
        </span>
      )}
    </div>
  );
}

function titleOf({ name, plan_id }: Plan): string {
  return name === "" ? plan_id : name;
}
