import { lonlat } from "../../draw/marks";
import { left } from "../../draw/open";
import { zoomToPlaces } from "../../draw/show";
import { say as sayBench } from "../../text/plan/bench";
import { operationName } from "../../text/plan/operations";
import { say as sayRefusal } from "../../text/plan/refusals";
import { say } from "../../text/plan/saving";

/** Edits that were drawn before and no longer go together with the plan. */
export function LeftNotice() {
  if (left.value.length === 0) return null;
  return (
    <div class="trouble" role="alert">
      <p>{say("left", { n: left.value.length })}</p>
      <ul>
        {left.value.map(({ index, edit, refusal }) => (
          <li key={index}>
            {operationName(edit.op)}：{sayRefusal(refusal.code)}{" "}
            {refusal.place !== null && (
              <button
                type="button"
                class="quiet"
                onClick={() => refusal.place && zoomToPlaces([lonlat(refusal.place)])}
              >
                {say("look")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => {
          left.value = [];
        }}
      >
        {sayBench("close")}
      </button>
    </div>
  );
}
