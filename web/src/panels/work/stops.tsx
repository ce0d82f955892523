import { photoOf, type Stop } from "../../api/cases";
import { tell } from "../../text/work";
import { dutyName, stateName, when } from "../cases/flows";
import { NextMoves, Past } from "../cases/moves";
import { keptAt, noteMove, round, waiting } from "./state";

const MINUTE_S = 60;
const BESIDE_S = 10;

/** What waits, in walking order; each opens to its words and to what can be done. */
export function Stops() {
  const found = round.value?.stops ?? [];
  if (found.length === 0) return <p>{tell("none")}</p>;
  return (
    <ol class="stops">
      {found.map((stop, i) => (
        <Waits key={stop.case_id} stop={stop} number={i + 1} />
      ))}
    </ol>
  );
}

function Waits({ stop, number }: { stop: Stop; number: number }) {
  const noted = waiting.value.some(({ move }) => move?.issue_id === stop.case_id);
  return (
    <li class={stop.overdue ? "late" : ""} id={`stop-${stop.case_id}`}>
      <details>
        <summary>
          {number}. <strong>{dutyName(stop.kind)}</strong> {stateName(stop.flow, stop.state)}
          <br />
          {stop.body}
          <br />
          <small class="quiet">
            <Way stop={stop} />{" "}
            {stop.due_at && (
              <strong class="due">
                {stop.overdue ? tell("late") : tell("due", { time: when(stop.due_at) })}
              </strong>
            )}
          </small>
        </summary>
        <div>
          {stop.photo && !keptAt.value && (
            <img src={photoOf(stop.case_id)} alt={tell("photo")} loading="lazy" />
          )}
          {noted ? (
            <p role="status">{tell("kept")}</p>
          ) : (
            <NextMoves shown={stop} make={(move) => noteMove(stop.case_id, move)} />
          )}
          <h3>{tell("more")}</h3>
          <Past shown={stop} />
        </div>
      </details>
    </li>
  );
}

function Way({ stop }: { stop: Stop }) {
  if (stop.walk_s === null) return null;
  if (stop.walk_s < BESIDE_S) return <>{tell("beside")}</>;
  const air = round.value?.measure === "air" && `（${tell("air")}）`;
  return (
    <>
      {tell("walk", { minutes: Math.ceil(stop.walk_s / MINUTE_S) })}
      {air}
    </>
  );
}
