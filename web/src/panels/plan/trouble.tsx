import { ServiceError } from "../../api/client";
import { trouble } from "../../draw/bench";
import { cellsOfFault, lookAtCells } from "../../draw/save";
import { say } from "../../text/plan/bench";
import { refusalText } from "../../text/plan/refusals";
import { say as saySaving } from "../../text/plan/saving";

/** What went wrong and where, until it is closed. */
export function Trouble() {
  const error = trouble.value;
  const told = error instanceof Error ? error.message : String(error);
  const why = (error instanceof ServiceError && refusalText(error.code)) || told;
  const details = error instanceof ServiceError ? error.details : [];
  return (
    <div class="trouble" role="alert">
      <p>{say("failed", { why })}</p>
      {details.length > 0 && (
        <ul>
          {details.slice(0, 8).map((one) => (
            <li key={JSON.stringify(one)}>
              {whatOf(one)}
              <Where cells={cellsOfFault(one)} />
            </li>
          ))}
        </ul>
      )}
      <button type="button" onClick={() => (trouble.value = null)}>
        {say("close")}
      </button>
    </div>
  );
}

/** The way to the place of a fault. */
function Where({ cells }: { cells: readonly string[] }) {
  if (cells.length === 0) return null;
  return (
    <button type="button" class="quiet" onClick={() => lookAtCells(cells)}>
      {saySaving("look")}
    </button>
  );
}

function whatOf(detail: unknown): string {
  const { code = "", what = "", where = "", remedy = "" } = detail as Record<string, string>;
  return [refusalText(code), what, where, remedy].filter(Boolean).join(" · ");
}
