import { useEffect } from "preact/hooks";
import { mayEdit, plan } from "../../draw/bench";
import { readStanding, revisions } from "../../draw/history";
import { restoreTo, turnSaved } from "../../draw/save";
import { language } from "../../text/language";
import { say } from "../../text/plan/history";
import { operationName } from "../../text/plan/operations";
import { BranchForm } from "./branch_form";
import { Compare } from "./compare";
import { ExportList } from "./export_list";
import { ReviewSteps } from "./review_steps";

/** How the plan came about, where it stands, and what may be done with it. */
export function HistoryPanel() {
  const open = plan.value;
  useEffect(() => {
    readStanding();
  }, [open?.plan_id, open?.revision, open?.status]);
  if (open === null) return null;
  return (
    <>
      <ReviewSteps />
      <Compare />
      <BranchForm />
      <ExportList />
      <Revisions />
    </>
  );
}

function Revisions() {
  const open = plan.value;
  return (
    <section class="part">
      <h2>{say("revisions")}</h2>
      {mayEdit.value && revisions.value.length > 0 && (
        <div class="row">
          <button type="button" onClick={() => turnSaved("undo")}>
            {say("undo")}
          </button>
          <button type="button" onClick={() => turnSaved("redo")}>
            {say("redo")}
          </button>
        </div>
      )}
      {revisions.value.length === 0 && <p class="hint">{say("no_revisions")}</p>}
      <ol class="revisions">
        {revisions.value.map(({ revision, author, saved_at, note, ops }) => (
          <li key={revision}>
            <strong>{revision}</strong>
            <span>
              {[...new Set(ops.map(({ op }) => operationName(op)))].join("、")} {note}
              <small>
                {say("saved_by", {
                  author,
                  at: new Date(saved_at).toLocaleString(language.value),
                })}
              </small>
            </span>
            {mayEdit.value && revision !== open?.revision && (
              <button type="button" class="quiet" onClick={() => restoreTo(revision)}>
                {say("restore")}
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
