import { mayEdit } from "../../draw/bench";
import { cells } from "../../draw/cells";
import { type Disagreement, redrawing } from "../../draw/conflicts";
import { act } from "../../draw/drawing";
import { turnTo } from "../../draw/keys";
import { departmentName } from "../../draw/standards";
import { say } from "../../text/plan/conflicts";

/** Who drew the border where, what it follows now, and the decision. */
export function ConflictCard({ conflict }: { conflict: Disagreement }) {
  const { id, between, drawn, followed, reason, takes, mayRedraw, status } = conflict;
  const names = between.map((cell) => cells.value.get(cell)?.cell.name ?? cell);
  const isSettled = status === "taken" || status === "redrawn";
  return (
    <div class="conflict-card">
      <p>{say("between", { cells: names.join(" ｜ ") })}</p>
      <p>{say("followed", { what: followedName(followed) })}</p>
      <ul>
        {drawn.map(({ department, codes, offset }) => (
          <li key={department + codes}>
            {say("drew", { department: departmentName(department), codes, offset })}
          </li>
        ))}
      </ul>
      {reason !== "" && <p class="hint">{reason}</p>}
      {mayEdit.value && !isSettled && (
        <div class="row">
          {status === "open" && (
            <button type="button" class="main" onClick={() => decide(id, "accept")}>
              {say("accept")}
            </button>
          )}
          {takes.map((department) => (
            <button key={department} type="button" onClick={() => decide(id, "take", department)}>
              {say("take", { department: departmentName(department) })}
            </button>
          ))}
          {mayRedraw && (
            <button
              type="button"
              onClick={() => {
                turnTo("split");
                redrawing.value = id;
              }}
            >
              {say("redraw")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function decide(conflict_id: string, choice: "accept" | "take", department?: string): void {
  act({ op: "resolve", conflict_id, choice, ...(department === undefined ? {} : { department }) });
}

function followedName(followed: string): string {
  if (followed.startsWith("department:")) return departmentName(followed.slice(11));
  return followed === "" ? "—" : say(`f_${followed}` as "f_road");
}
