import { home, wayTo } from "../../draw/home";
import { services, tellsNearest } from "../../draw/services";
import { kindName, minutesOf } from "../../draw/standards";
import { say } from "../../text/plan/services";

/** Which needs are met at the building that is pointed at, and the way there. */
export function HomeCard() {
  const found = home.value?.services ?? {};
  const { minutes } = services.value;
  if (!tellsNearest.value) return null;
  return (
    <section class="part">
      <h2>{say("home")}</h2>
      {home.value === null && <p class="hint">{say("home_hint")}</p>}
      <ul class="plain needs">
        {Object.entries(found).map(([kind, [nearest]]) => {
          const most = minutes ?? minutesOf(kind);
          const walk = nearest === undefined ? null : nearest.walk_s / 60;
          const isMet = walk !== null && walk <= most;
          return (
            <li key={kind}>
              <button
                type="button"
                class="quiet grow"
                aria-pressed={wayTo.value === kind}
                disabled={nearest === undefined}
                onClick={() => (wayTo.value = kind)}
              >
                <span class={`badge ${isMet ? "in" : "open"}`}>{say(isMet ? "met" : "unmet")}</span>{" "}
                {kindName(kind)}
                <small>
                  {walk === null
                    ? say("nothing_near")
                    : say("walk", { n: walk.toFixed(1), name: nearest?.name ?? "" })}
                </small>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
