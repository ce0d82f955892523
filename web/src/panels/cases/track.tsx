import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asked } from "../../api/asked";
import { rateIssue, type Track, trackIssue } from "../../api/cases";
import { tell } from "../../text/report";
import { stateName, when } from "./flows";
import { refusal } from "./report_form";

const SCORES = [1, 2, 3, 4, 5] as const;

/** How one's own report stands, and its rating: by its link, which no server is told of. */
export function TrackPanel({ id, secret }: { id: string; secret: string }) {
  const track = useSignal<Track | null>(null);
  const message = useSignal("");
  useEffect(() => {
    track.value = null; // of another link
    message.value = "";
    return asked(
      (stopped) => trackIssue(id, secret, stopped),
      (found) => {
        track.value = found;
      },
      (error) => {
        message.value = refusal(error);
      },
    );
  }, [id, secret]);
  const found = track.value;
  return (
    <>
      {found && (
        <section aria-labelledby="steps">
          <h2 id="steps">{tell("steps")}</h2>
          <ol class="past">
            {found.steps.map((step) => (
              <li key={`${step.state} ${step.at}`}>
                <strong>{stateName(found.flow, step.state)}</strong>{" "}
                <small class="quiet">{when(step.at)}</small>
              </li>
            ))}
          </ol>
          {found.feedback && (
            <p>
              {tell("feedback")}：<strong>{found.feedback}</strong>
            </p>
          )}
          {found.score !== null && <p>{tell("rated", { score: found.score })}</p>}
        </section>
      )}
      {found?.may_rate && (
        <Rate
          send={async (score, note) => {
            try {
              track.value = await rateIssue(id, secret, score, note);
            } catch (error) {
              message.value = refusal(error);
            }
          }}
        />
      )}
      <p role="status">{message.value}</p>
    </>
  );
}

function Rate({ send }: { send: (score: number, note: string) => Promise<void> }) {
  const score = useSignal(0);
  const busy = useSignal(false);
  const submit = async (form: HTMLFormElement) => {
    if (busy.value) return;
    busy.value = true;
    await send(score.value, String(new FormData(form).get("note") ?? ""));
    busy.value = false;
  };
  return (
    <form
      aria-label={tell("rate")}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <fieldset class="scores">
        <legend>{tell("rate")}</legend>
        {SCORES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="score"
              required
              checked={score.value === one}
              onChange={() => {
                score.value = one;
              }}
            />
            {tell("score", { score: one })}
          </label>
        ))}
      </fieldset>
      <label>
        {tell("rate_note")}
        <input type="text" name="note" maxLength={500} />
      </label>
      <p class="actions">
        <button type="submit" class="main">
          {tell("rate_send")}
        </button>
      </p>
    </form>
  );
}
