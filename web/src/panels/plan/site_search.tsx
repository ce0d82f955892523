import { useSignal } from "@preact/signals";
import { ENDED } from "../../api/jobs";
import { addFacility, changes } from "../../draw/scenario";
import { zoomToPlaces } from "../../draw/show";
import {
  found,
  maySearch,
  type Site,
  search,
  searchSites,
  WEIGHTS,
  type Weight,
} from "../../draw/sites";
import { say } from "../../text/plan/scenarios";
import { figure, percent } from "./figure";

const MOST = 50;

/** Where to build next: a search over the whole district, and the places it found. */
export function SiteSearch() {
  const count = useSignal(3);
  const weight = useSignal<Weight>("elders_60");
  const now = search.value;
  const runs = now !== null && !ENDED.has(now.state);
  if (!maySearch.value) return null;
  return (
    <section class="part">
      <h2>{say("sites")}</h2>
      <form
        class="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          searchSites(count.value, weight.value);
        }}
      >
        <label class="field">
          {say("count")}
          <input
            type="number"
            min="1"
            max={MOST}
            value={count.value}
            onInput={(event) => (count.value = event.currentTarget.valueAsNumber || count.value)}
          />
        </label>
        <label class="field">
          {say("weight")}
          <select
            value={weight.value}
            onChange={(event) => (weight.value = event.currentTarget.value as Weight)}
          >
            {WEIGHTS.map((one) => (
              <option key={one} value={one}>
                {say(one)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={runs}>
          {say("search")}
        </button>
      </form>
      {runs && <p role="status">{say("searching", { stage: now.stage })}</p>}
      {now?.problems.map(({ code, what, remedy }) => (
        <p key={code} class="refused">
          {[what, remedy].filter(Boolean).join(" · ")}
        </p>
      ))}
      <Found />
    </section>
  );
}

function Found() {
  const told = found.value;
  if (told === null) return null;
  return (
    <>
      <p role="status">
        {say("found", {
          before: figure(told.covered_before),
          after: figure(told.covered_after),
          total: figure(told.total),
        })}
        {told.gap > 0 ? say("found_gap", { gap: percent(told.gap, 1) }) : say("found_best")}
      </p>
      <ol class="plain">
        {told.sites.map((site, i) => (
          <SiteRow key={site.candidate_id} site={site} n={i + 1} />
        ))}
      </ol>
    </>
  );
}

function SiteRow({ site, n }: { site: Site; n: number }) {
  const isTried = changes.value.some((one) => one.op === "add" && one.at === site.at);
  return (
    <li>
      <div class="check">
        <button type="button" class="quiet grow" onClick={() => zoomToPlaces([site.at])}>
          {say("site", { n, gained: figure(site.gained) })}
        </button>
        <button type="button" disabled={isTried} onClick={() => addFacility(site.at)}>
          {say(isTried ? "site_tried" : "try_site")}
        </button>
      </div>
      <small class="hint">{site.why}</small>
    </li>
  );
}
