import { signal, useSignal } from "@preact/signals";
import { render } from "preact";
import type { Place } from "../api/public";
import { stateName } from "../panels/cases/flows";
import { ReportForm } from "../panels/cases/report_form";
import { Acts } from "../panels/shell/acts";
import { district } from "../panels/shell/district";
import { Later } from "../panels/shell/later";
import { locate } from "../panels/shell/locate";
import { Shell } from "../panels/shell/shell";
import { Toggle } from "../panels/shell/toggle";
import { similarTo } from "../panels/work/near";
import { loadRound, noteReport, round, sync, trouble, worker } from "../panels/work/state";
import { Stops } from "../panels/work/stops";
import { WaitingPanel } from "../panels/work/waiting";
import { labelOf } from "../text/language";
import { tell } from "../text/work";
import "../style/base.css";
import "../style/sheet.css";
import "../style/report.css";

const FEW = 5; // meetings: whoever looks after a whole district has hundreds
const reporting = signal(false);
const mapped = signal(false);
const roundMap = () => import("../panels/work/round_map");

function Work() {
  return (
    <Shell page="work" title={tell("title")}>
      <h1>{tell("title")}</h1>
      {trouble.value && (
        <p class="problem" role="alert">
          {tell(trouble.value)}{" "}
          {trouble.value === "login" && (
            <a class="button" href="/login?next=/work">
              {tell("to_login")}
            </a>
          )}
        </p>
      )}
      {worker.value && round.value && <Round />}
    </Shell>
  );
}

function Round() {
  const found = round.value;
  if (!found || !worker.value) return null;
  return (
    <>
      <p>
        {tell("hello", {
          name: worker.value.name,
          cells: found.cells.length,
          count: found.open,
        })}
      </p>
      <WaitingPanel />
      <p class="actions">
        <Toggle class="main" shows={reporting}>
          {tell(reporting.value ? "close" : "report")}
        </Toggle>
      </p>
      {reporting.value && (
        <ReportForm
          flow="grid_issue"
          followed={false}
          send={async (report) => {
            await noteReport(report);
            return "queued";
          }}
          beside={(duty, place) => <Similar duty={duty} place={place} />}
        />
      )}
      <section aria-labelledby="todo">
        <h2 id="todo">{tell("todo")}</h2>
        {found.stops.length < found.open && (
          <p class="quiet">{tell("shown", { count: found.stops.length })}</p>
        )}
        <p class="actions">
          <Acts act={fromHere}>{tell("from_here")}</Acts>
          {district.value && found.stops.length > 0 && (
            <Toggle shows={mapped}>{tell("on_map")}</Toggle>
          )}
        </p>
        {mapped.value && <Later load={roundMap} with={{}} />}
        <Stops />
      </section>
      <Meetings />
    </>
  );
}

/** Open issues that may be the one that somebody is about to report. */
function Similar({ duty, place }: { duty: string; place: Place | null }) {
  const found = round.value;
  const near = found && place ? similarTo(found.stops, duty, place, found.near_m) : [];
  if (near.length === 0) return null;
  return (
    <div role="status" class="problem">
      {tell("similar")}
      <ul>
        {near.map(({ stop, metres }) => (
          <li key={stop.case_id}>
            {tell("similar_one", {
              words: stop.body,
              metres: Math.round(metres),
              state: stateName(stop.flow, stop.state),
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Meetings() {
  const all = useSignal(false);
  const due = round.value?.due ?? [];
  if (due.length === 0) return null;
  return (
    <section aria-labelledby="due">
      <h2 id="due">{tell("meetings")}</h2>
      <ul>
        {(all.value ? due : due.slice(0, FEW)).map((one) => (
          <li key={`${one.unit} ${one.label}`}>
            {tell("meeting", { ...one, label: labelOf(one) })}
          </li>
        ))}
      </ul>
      {due.length > FEW && (
        <Toggle shows={all}>
          {tell(all.value ? "close" : "all_meetings", { count: due.length })}
        </Toggle>
      )}
    </section>
  );
}

const fromHere = () => locate().then(loadRound, () => loadRound());

addEventListener("online", () => void sync());
void loadRound().then(sync);
render(<Work />, document.body);
navigator.serviceWorker?.register("/work-sw.js", { scope: "/work" }).catch(() => undefined);
