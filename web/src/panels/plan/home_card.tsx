import { home, needsAt, wayTo } from "../../draw/home";
import { tellsNearest } from "../../draw/services";
import { kindName } from "../../draw/standards";
import { say } from "../../text/plan/services";

/** Which needs are met at the building that is pointed at, and the way there. */
export function HomeCard() {
  const needs = home.value === null ? [] : needsAt(home.value);
  if (!tellsNearest.value) return null;
  return (
    <section class="part">
      <h2>{say("home")}</h2>
      {home.value === null && <p class="hint">{say("home_hint")}</p>}
      <ul class="plain needs">
        {needs.map(({ kind, name, walk_min, isMet }) => (
          <li key={kind}>
            <button
              type="button"
              class="quiet grow"
              aria-pressed={wayTo.value === kind}
              disabled={walk_min === null}
              onClick={() => (wayTo.value = kind)}
            >
              <span class={`badge ${isMet ? "in" : "open"}`}>{say(isMet ? "met" : "unmet")}</span>{" "}
              {kindName(kind)}
              <small>
                {walk_min === null
                  ? say("nothing_near")
                  : say("walk", { n: walk_min.toFixed(1), name })}
              </small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
