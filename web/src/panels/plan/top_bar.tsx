import type { Plan } from "../../api/plans";
import { logOut } from "../../api/session";
import { person, plan, plans } from "../../draw/bench";
import { openPlan } from "../../draw/open";
import { language, speak } from "../../text/language";
import { say } from "../../text/plan/bench";
import { SaveBar } from "./save_bar";
import { Search } from "./search";

/** Which plan, who works on it, and where to find something. */
export function TopBar() {
  return (
    <header class="top-bar">
      <strong class="brand">{say("title")}</strong>
      <PlanChooser />
      <search>
        <Search />
      </search>
      <SaveBar />
      <span class="spring" />
      <button
        type="button"
        class="quiet"
        lang={language.value === "zh" ? "en" : "zh-CN"}
        onClick={() => speak(language.value === "zh" ? "en" : "zh")}
      >
        {say("language")}
      </button>
      <span class="who">{person.value?.name}</span>
      <button
        type="button"
        class="quiet"
        onClick={() => logOut().then(() => location.assign("/login?next=/plan"))}
      >
        {say("log_out")}
      </button>
    </header>
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
