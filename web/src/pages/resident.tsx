import { render } from "preact";
import { follow, kept, place } from "../panels/resident/state";
import { Where } from "../panels/resident/where";
import { district } from "../panels/shell/district";
import { Later } from "../panels/shell/later";
import { Shell } from "../panels/shell/shell";
import { tell } from "../text/resident";
import "../style/base.css";
import "../style/sheet.css";
import "../style/resident.css";

const nearby = () => import("../panels/resident/nearby");

function Resident() {
  const known = district.value;
  return (
    <Shell page="residents" title={tell("title")}>
      <h1>{tell("title")}</h1>
      <p class="quiet">{tell("intro")}</p>
      <p role="status" class="problem" hidden={!kept.value}>
        {kept.value && tell("kept")}
      </p>
      {known && !known.grid && <p class="problem">{tell("no_plan")}</p>}
      {known?.grid && <Where />}
      {known?.grid && place.value && <Later load={nearby} with={{}} />}
      {known?.accounts && (
        <a class="button" href="/report">
          {tell("report")}
        </a>
      )}
      <footer class="quiet">
        <p>{tell("privacy")}</p>
      </footer>
    </Shell>
  );
}

void nearby().catch(() => undefined); // meanwhile: they are wanted next
follow();
render(<Resident />, document.body);

// The worker keeps the page and the last answers for when there is no connection.
navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  kept.value = data === "kept";
});
