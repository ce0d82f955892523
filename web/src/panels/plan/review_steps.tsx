import { useSignal } from "@preact/signals";
import { plan } from "../../draw/bench";
import { canUndo } from "../../draw/drawing";
import { standing, stepsNow, takeStep } from "../../draw/history";
import { language } from "../../text/language";
import { say as sayBench } from "../../text/plan/bench";
import { say } from "../../text/plan/history";
import { WideField } from "./wide_field";

/** Where the plan stands on its way to publication, and the steps one may take. */
export function ReviewSteps() {
  const note = useSignal("");
  const [open, now, steps] = [plan.value, standing.value, stepsNow()];
  if (open === null) return null;
  return (
    <section class="part">
      <h2>
        {say("review")} <span class={`status status-${open.status}`}>{sayBench(open.status)}</span>
      </h2>
      {now !== null && now.concerned.length > 0 && (
        <p>{say("approvals", { n: now.concerned.length, done: now.approved.length })}</p>
      )}
      {canUndo.value && <p class="hint">{say("unsaved")}</p>}
      {steps.length > 0 && <WideField label={say("note")} most={500} text={note} />}
      <div class="row">
        {steps.map((step) => (
          <button
            key={step}
            type="button"
            disabled={canUndo.value}
            onClick={() => takeStep(step, note.value)}
          >
            {say(step)}
          </button>
        ))}
      </div>
      <ul class="decisions">
        {now?.decisions.map(({ step, actor, at, note: why, subdistrict_id }) => (
          <li key={`${at}${step}${subdistrict_id}`}>
            {say(step)} {subdistrict_id} {why}
            <small>
              {say("saved_by", { author: actor, at: new Date(at).toLocaleString(language.value) })}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
