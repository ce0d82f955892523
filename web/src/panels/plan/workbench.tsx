import { busy, person, plan, trouble } from "../../draw/bench";
import { say } from "../../text/plan/bench";
import { Legend } from "./legend";
import { MapPane } from "./map_pane";
import { Side } from "./side";
import { TopBar } from "./top_bar";
import { Trouble } from "./trouble";
import "./workbench.css";

/** The planner's page: a bar, the map with its tools, and what is worked on beside it. */
export function Workbench() {
  if (person.value === null) return <p class="waiting">{say("loading")}</p>;
  return (
    <div class="workbench" aria-busy={busy.value}>
      <TopBar />
      <main class="desk">
        <h1 class="unseen">{say("title")}</h1>
        {plan.value === null ? <p class="waiting">{say("no_plan")}</p> : <MapPane />}
        <Legend />
      </main>
      <Side />
      {trouble.value !== null && <Trouble />}
    </div>
  );
}
