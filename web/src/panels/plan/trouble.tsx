import { ServiceError } from "../../api/client";
import { trouble } from "../../draw/bench";
import { say } from "../../text/plan/bench";
import { refusalText } from "../../text/plan/refusals";

/** What went wrong, until it is closed. */
export function Trouble() {
  const error = trouble.value;
  const why = error instanceof Error ? error.message : String(error);
  const details = error instanceof ServiceError ? error.details : [];
  return (
    <div class="trouble" role="alert">
      <p>{say("failed", { why })}</p>
      {details.length > 0 && (
        <ul>
          {details.slice(0, 8).map((one) => (
            <li key={JSON.stringify(one)}>{whatOf(one)}</li>
          ))}
        </ul>
      )}
      <button type="button" onClick={() => (trouble.value = null)}>
        {say("close")}
      </button>
    </div>
  );
}

function whatOf(detail: unknown): string {
  const { code = "", what = "", where = "", remedy = "" } = detail as Record<string, string>;
  return [refusalText(code), what, where, remedy].filter(Boolean).join(" · ");
}
