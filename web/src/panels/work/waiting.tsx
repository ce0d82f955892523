import { tell } from "../../text/work";
import { dutyName } from "../cases/flows";
import { drop, keptAt, sync, syncing, waiting } from "./state";

/** What is on this device only, and whether there is a connection. */
export function WaitingPanel() {
  const open = waiting.value;
  return (
    <div role="status">
      {keptAt.value && (
        <p class="problem">{tell("offline", { time: new Date(keptAt.value).toLocaleString() })}</p>
      )}
      {open.length > 0 && (
        <p class="problem">
          <strong>{tell("waiting", { count: open.length })}</strong>{" "}
          <button type="button" disabled={syncing.value} onClick={() => void sync()}>
            {tell(syncing.value ? "syncing" : "sync")}
          </button>
        </p>
      )}
      {open
        .filter(({ refused }) => refused !== undefined)
        .map(({ id, refused = "", report, move }) => (
          <p key={id} class="problem">
            {report ? `${dutyName(report.duty)} ${report.text}` : move?.note}
            <br />
            {tell("refused", { what: refused })}{" "}
            <button type="button" onClick={() => void drop(id)}>
              {tell("drop")}
            </button>
          </p>
        ))}
    </div>
  );
}
