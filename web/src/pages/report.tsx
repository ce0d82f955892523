import { signal } from "@preact/signals";
import { render } from "preact";
import { sendReport } from "../api/cases";
import { loadFlows } from "../panels/cases/flows";
import { OwnLink } from "../panels/cases/own_link";
import { ReportForm } from "../panels/cases/report_form";
import { TrackPanel } from "../panels/cases/track";
import { district } from "../panels/shell/district";
import { Shell } from "../panels/shell/shell";
import { tell } from "../text/report";
import "../style/base.css";
import "../style/sheet.css";
import "../style/report.css";

/** The issue of the link, and its secret: both stand after the mark, which is never sent. */
const linked = signal(location.hash.slice(1));
const sent = signal(false);

function Report() {
  const [id = "", secret = ""] = linked.value.split(".");
  const title = tell(secret ? "track_title" : "title");
  const grid = district.value?.grid && district.value.accounts;
  return (
    <Shell page="report" title={title}>
      <h1>{title}</h1>
      {secret ? (
        <>
          {sent.value && <p role="status">{tell("received")}</p>}
          <OwnLink />
          <TrackPanel id={id} secret={secret} />
          <p>
            <a class="button" href="/report">
              {tell("another")}
            </a>
          </p>
        </>
      ) : (
        <p class="quiet">{tell("intro")}</p>
      )}
      {!secret && district.value && (grid ? <Fresh /> : <p class="problem">{tell("none")}</p>)}
    </Shell>
  );
}

function Fresh() {
  return (
    <ReportForm
      flow="grid_issue"
      followed
      send={async (report) => {
        await sendReport(report);
        sent.value = true;
        location.hash = `${report.issue_id}.${report.key}`;
        return "sent";
      }}
    />
  );
}

addEventListener("hashchange", () => {
  linked.value = location.hash.slice(1);
});
district.subscribe((found) => {
  if (found?.accounts) void loadFlows().catch(() => undefined);
});
render(<Report />, document.body);
