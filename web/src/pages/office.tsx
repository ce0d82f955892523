import { signal } from "@preact/signals";
import { render } from "preact";
import { Choosers, NormLine } from "../panels/office/choosers";
import { Downloads } from "../panels/office/downloads";
import { Lists } from "../panels/office/lists";
import { Quality } from "../panels/office/quality";
import { board, follow, trouble } from "../panels/office/state";
import { TrendTable } from "../panels/office/trend";
import { UnitCard } from "../panels/office/unit_card";
import { UnitTable } from "../panels/office/unit_table";
import { district } from "../panels/shell/district";
import { Later } from "../panels/shell/later";
import { Shell } from "../panels/shell/shell";
import { Toggle } from "../panels/shell/toggle";
import { tell } from "../text/office";
import "../style/base.css";
import "../style/sheet.css";
import "../style/office.css";

const mapped = signal(false);
const renew = () => import("../panels/office/renew");

function Office() {
  return (
    <Shell page="office" title={tell("title")}>
      <h1>{tell("title")}</h1>
      <p class="quiet">
        {tell("intro")} {board.value && tell(board.value.office ? "office" : "public")}
      </p>
      {district.value?.accounts && (
        <p class="screen">
          <a href="/cases">{tell("cases")}</a>
        </p>
      )}
      {trouble.value && <p class="problem">{tell(trouble.value)}</p>}
      {board.value && board.value.units.length > 0 && <Told />}
      <Quality />
      <Downloads />
    </Shell>
  );
}

function Told() {
  return (
    <>
      <section aria-labelledby="table">
        <h2 id="table">{tell("table")}</h2>
        <Choosers />
        <NormLine />
        {board.value?.office && <Later load={renew} with={{}} />}
        <p class="screen">
          <Toggle shows={mapped}>{tell(mapped.value ? "map_hide" : "map_show")}</Toggle>{" "}
          <span class="quiet">{tell("table_help")}</span>
        </p>
        <div class={mapped.value ? "split" : ""}>
          {mapped.value && (
            <div class="screen">
              <Later load={() => import("../panels/office/board_map")} with={{}} />
            </div>
          )}
          <UnitTable />
        </div>
      </section>
      <UnitCard />
      <TrendTable />
      <Lists />
    </>
  );
}

follow();
render(<Office />, document.body);
