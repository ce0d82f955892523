import { useEffect } from "preact/hooks";
import type { Job } from "../../api/jobs";
import { ofDistrict } from "../../draw/bench";
import { files, jobs, readJobs, send, sending, turn } from "../../draw/jobs";
import { openPlan } from "../../draw/open";
import { say } from "../../text/plan/jobs";
import { FileCard } from "./file_card";
import { MergeForm } from "./merge_form";

/** Send files, see what the doctor says, merge them, and follow the work. */
export function JobsPanel() {
  useEffect(() => {
    if (ofDistrict.value) readJobs();
  }, []);
  if (!ofDistrict.value) return <p class="hint">{say("only_district")}</p>;
  return (
    <>
      <section class="part">
        <label class="files">
          {say("send")}
          <input
            type="file"
            multiple
            onChange={async (event) => {
              const input = event.currentTarget;
              await send([...(input.files ?? [])]);
              input.value = "";
            }}
          />
        </label>
        <p class="hint">{say("send_hint")}</p>
        {sending.value !== "" && <p role="status">{say("sending", { file: sending.value })}</p>}
        {files.value.map((file) => (
          <FileCard key={file.upload_id} file={file} />
        ))}
      </section>
      <MergeForm />
      <section class="part">
        <h2>{say("jobs")}</h2>
        {jobs.value.length === 0 && <p class="hint">{say("none")}</p>}
        {jobs.value.map((job) => (
          <JobRow key={job.job_id} job={job} />
        ))}
      </section>
    </>
  );
}

function JobRow({ job }: { job: Job }) {
  const { job_id, kind, state, stage, plan_id, problems } = job;
  const runs = state === "queued" || state === "running";
  return (
    <article class="job" aria-live="polite">
      <p>
        <strong>{say(`kind_${kind}` as "kind_merge")}</strong> {plan_id}{" "}
        <span class={`badge job-${state}`}>{say(state)}</span>
      </p>
      {runs && (
        <>
          <progress aria-label={say(state)} />
          <p>{stage}</p>
        </>
      )}
      {problems.map(({ code, what, where, remedy }) => (
        <p key={`${code}${where}`} class="refused">
          {[what, where, remedy].filter(Boolean).join(" · ")}
        </p>
      ))}
      <div class="row">
        {runs && (
          <button type="button" onClick={() => turn(job_id, "cancel")}>
            {say("cancel")}
          </button>
        )}
        {(state === "failed" || state === "canceled") && (
          <button type="button" onClick={() => turn(job_id, "retry")}>
            {say("retry")}
          </button>
        )}
        {state === "done" && kind === "merge" && plan_id !== null && (
          <button type="button" class="main" onClick={() => openPlan(plan_id)}>
            {say("open")}
          </button>
        )}
      </div>
    </article>
  );
}
