import { useEffect } from "preact/hooks";
import { turnTo } from "../../draw/keys";
import {
  count,
  hasServices,
  moves,
  putBack,
  readServices,
  services,
  walkers,
} from "../../draw/services";
import { SHARES } from "../../map/services";
import { language } from "../../text/language";
import { kindName, kinds, say } from "../../text/plan/services";
import { MoveEffect } from "./move_effect";

/** Who reaches which service, and what a moved facility would do. */
export function ServicesPanel() {
  useEffect(() => {
    turnTo("select");
    readServices();
  }, []);
  if (!hasServices()) return <p class="hint">{say("none")}</p>;
  const { kind, profile, gaps, circles } = services.value;
  const put = (change: Partial<typeof services.value>) => {
    services.value = { ...services.value, ...change };
  };
  return (
    <>
      <section class="part">
        <label class="field">
          {say("kind")}
          <select
            value={kind}
            onChange={(event) => {
              putBack();
              put({ kind: event.currentTarget.value });
            }}
          >
            {kinds.map((name) => (
              <option key={name} value={name}>
                {kindName(name)}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          {say("walker")}
          <select
            value={profile}
            onChange={(event) => {
              put({ profile: event.currentTarget.value });
              count();
            }}
          >
            {walkers.value.map(({ name, label_zh, label_en }) => (
              <option key={name} value={name}>
                {language.value === "zh" ? label_zh : label_en}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={gaps}
            onChange={(event) => put({ gaps: event.currentTarget.checked })}
          />
          {say("gaps")}
        </label>
        {gaps && (
          <ul class="plain">
            {SHARES.map(([key, , colour]) => (
              <li key={key} class="check">
                <span class="swatch" style={{ background: colour }} /> {say(key)}
              </li>
            ))}
          </ul>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={circles}
            onChange={(event) => put({ circles: event.currentTarget.checked })}
          />
          {say("circles")}
        </label>
      </section>
      <p class="hint">{say("hint")}</p>
      {moves.value.size > 0 && (
        <p class="row">
          {say("moved", { n: moves.value.size })}
          <button type="button" onClick={() => putBack()}>
            {say("reset")}
          </button>
        </p>
      )}
      <MoveEffect />
    </>
  );
}
