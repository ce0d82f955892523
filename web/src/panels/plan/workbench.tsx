import { busy, person, plan, trouble } from "../../draw/bench";
import { say } from "../../text/plan/bench";
import { HintLine } from "./hint_line";
import { HomeLine } from "./home_line";
import { LeftNotice } from "./left_notice";
import { Legend } from "./legend";
import { LiveFigures } from "./live_figures";
import { MapPane } from "./map_pane";
import { Side } from "./side";
import { StaleDialog } from "./stale_dialog";
import { ToolBar } from "./tool_bar";
import { TopBar } from "./top_bar";
import { Trouble } from "./trouble";
import "./workbench.css";
import "./desk.css";
import "./panels.css";

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
        <ToolBar />
        <HintLine />
        <HomeLine />
        <LiveFigures />
      </main>
      <Side />
      <StaleDialog />
      <LeftNotice />
      {trouble.value !== null && <Trouble />}
    </div>
  );
}
