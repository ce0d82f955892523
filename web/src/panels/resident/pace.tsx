import { tellNearby } from "../../text/nearby";
import { paces } from "./answering";
import { pace } from "./state";

const METRES = 60; // m/s to metres a minute

/** Who walks, in plain words. */
export function Pace() {
  const chosen = paces.value.find((one) => one.name === pace.value);
  return (
    <section>
      <fieldset class="choices">
        <legend>{tellNearby("pace")}</legend>
        {paces.value.map((one) => (
          <label key={one.name}>
            <input
              type="radio"
              name="pace"
              checked={one.name === pace.value}
              onChange={() => {
                pace.value = one.name as typeof pace.value;
              }}
            />
            <span>{tellNearby(one.name as typeof pace.value)}</span>
          </label>
        ))}
      </fieldset>
      {chosen && (
        <p class="quiet">
          {tellNearby("metres_a_minute", { metres: Math.round(chosen.speed_m_s * METRES) })}
          {chosen.confidence === "assumption" && ` ${tellNearby("assumed")}`}
        </p>
      )}
    </section>
  );
}
