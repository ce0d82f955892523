import { mayEdit, person, plan } from "../../draw/bench";
import { redrawing } from "../../draw/conflicts";
import { refusal } from "../../draw/drawing";
import { mode, withParents } from "../../draw/modes/mode";
import { isOnServices } from "../../draw/services";
import { SNAPS, snaps } from "../../draw/snap";
import { say as sayConflicts } from "../../text/plan/conflicts";
import { say } from "../../text/plan/modes";
import { say as sayRefusal } from "../../text/plan/refusals";

const SNAPPING: ReadonlySet<string> = new Set(["vertex", "split"]);
const CARRYING: ReadonlySet<string> = new Set(["vertex", "border", "paint"]);

/** What the mode does, what it snaps to, and why the last step could not be. */
export function HintLine() {
  if (plan.value === null || isOnServices()) return null;
  const why = refusal.value;
  return (
    <div class="hint-line">
      {why !== null && (
        <p class="refused" role="alert">
          {say("refused")}：{sayRefusal(why.code)}
        </p>
      )}
      <p>{mayEdit.value ? hint() : say("readonly", { why: whyNot() })}</p>
      {mayEdit.value && mode.value !== "select" && <p class="keys">{say("aim_hint")}</p>}
      {mayEdit.value && SNAPPING.has(mode.value) && <Snaps />}
      {mayEdit.value && CARRYING.has(mode.value) && (
        <label class="check">
          <input
            type="checkbox"
            checked={withParents.value}
            onChange={(event) => (withParents.value = event.currentTarget.checked)}
          />
          {say("with_parents")}
        </label>
      )}
    </div>
  );
}

function hint(): string {
  return redrawing.value === null ? say(`${mode.value}_hint`) : sayConflicts("redraw_hint");
}

function whyNot(): string {
  return person.value?.role === "grid_worker" ? say("not_yours") : say("not_draft");
}

function Snaps() {
  return (
    <fieldset class="snaps">
      <legend class="unseen">{say("snap")}</legend>
      <span aria-hidden="true">{say("snap")}</span>
      {SNAPS.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={snaps.value.has(name)}
            onChange={(event) => {
              const others = [...snaps.value].filter((one) => one !== name);
              snaps.value = new Set(event.currentTarget.checked ? [...others, name] : others);
            }}
          />
          {say(name)}
        </label>
      ))}
    </fieldset>
  );
}
