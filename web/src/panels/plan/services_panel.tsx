import { useEffect } from "preact/hooks";
import { tiled } from "../../draw/bench";
import { turnTo } from "../../draw/keys";
import { keepCounting } from "../../draw/scenario";
import { keepComparing } from "../../draw/scenarios";
import { hasServices, readServices, services, walkers } from "../../draw/services";
import { kindName, standards } from "../../draw/standards";
import { MINUTES, SHARES } from "../../map/services";
import { language } from "../../text/language";
import { say } from "../../text/plan/services";
import { HomeCard } from "./home_card";
import { ScenarioList } from "./scenario_list";
import { SiteSearch } from "./site_search";
import { TryOut } from "./try_out";

/** Who reaches which service, and what would be if facilities and streets were others. */
export function ServicesPanel() {
  useEffect(() => {
    turnTo("select");
    readServices();
    const stops = [keepCounting(), keepComparing()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  if (!hasServices()) return <p class="hint">{say("none")}</p>;
  return (
    <>
      <Look />
      <TryOut />
      <ScenarioList />
      <SiteSearch />
      <HomeCard />
    </>
  );
}

/** Of whom, to what, and for how long. */
function Look() {
  const { kind, profile, minutes, gaps, circles } = services.value;
  const put = (change: Partial<typeof services.value>) => {
    services.value = { ...services.value, ...change };
  };
  return (
    <section class="part">
      <label class="field">
        {say("kind")}
        <select value={kind} onChange={(event) => put({ kind: event.currentTarget.value })}>
          {standards.value.kinds.map(({ name }) => (
            <option key={name} value={name}>
              {kindName(name)}
            </option>
          ))}
        </select>
      </label>
      <div class="row fields">
        <label class="field">
          {say("walker")}
          <select value={profile} onChange={(event) => put({ profile: event.currentTarget.value })}>
            {walkers.value.map(({ name, label_zh, label_en }) => (
              <option key={name} value={name}>
                {language.value === "zh" ? label_zh : label_en}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          {say("minutes")}
          <select
            value={minutes ?? ""}
            onChange={(event) => put({ minutes: Number(event.currentTarget.value) || null })}
          >
            <option value="">{say("by_norm")}</option>
            {MINUTES.map((n) => (
              <option key={n} value={n}>
                {say("n_minutes", { n })}
              </option>
            ))}
          </select>
        </label>
      </div>
      {tiled.value.has("gaps") && (
        <Switch name={say("gaps")} isOn={gaps} turn={(isOn) => put({ gaps: isOn })} />
      )}
      {gaps && (
        <ul class="plain">
          {SHARES.map(([key, , colour]) => (
            <li key={key} class="check">
              <span class="swatch" style={{ background: colour }} /> {say(key)}
            </li>
          ))}
        </ul>
      )}
      {tiled.value.has("circles") && (
        <Switch
          name={say("circles_of", { n: minutes ?? MINUTES[2] })}
          isOn={circles}
          turn={(isOn) => put({ circles: isOn })}
        />
      )}
    </section>
  );
}

function Switch(props: { name: string; isOn: boolean; turn: (isOn: boolean) => void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={(event) => props.turn(event.currentTarget.checked)}
      />
      {props.name}
    </label>
  );
}
