import { home, needsAt } from "../../draw/home";
import { isOnServices } from "../../draw/services";
import { kindName } from "../../draw/standards";
import { say } from "../../text/plan/services";

const TOLD = 4;

/** Beside the map, as one points at it: how much a building reaches, and what it does not. */
export function HomeLine() {
  if (home.value === null || !isOnServices()) return null;
  const needs = needsAt(home.value);
  const unmet = needs.filter(({ isMet }) => !isMet).map(({ kind }) => kindName(kind));
  const more = unmet.length > TOLD ? "…" : "";
  return (
    <p class="hint-line" role="status">
      {say("home_met", { n: needs.length - unmet.length, all: needs.length })}
      {unmet.length > 0 && say("home_unmet", { kinds: unmet.slice(0, TOLD).join("、") + more })}
    </p>
  );
}
