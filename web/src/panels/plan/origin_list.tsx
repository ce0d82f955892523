import { ofDistrict } from "../../draw/bench";
import { origins, readOrigins } from "../../draw/origins";
import { departmentName } from "../../draw/standards";
import { say } from "../../text/plan/cell";
import { percent } from "./figure";

const LEAST_SHARE = 0.005;

/** Which old cells of which departments a cell is made of. */
export function OriginList({ cell }: { cell: string }) {
  if (!ofDistrict.value) return null;
  if (origins.value === null) {
    return (
      <button type="button" onClick={() => readOrigins()}>
        {say("readCrosswalk")}
      </button>
    );
  }
  const found = (origins.value.get(cell) ?? []).filter(
    ({ household_share }) => household_share >= LEAST_SHARE,
  );
  return (
    <dl class="figures" aria-label={say("crosswalk")}>
      {found.map(({ department, code, household_share }) => (
        <div key={department + code}>
          <dt>{departmentName(department)}</dt>
          <dd>
            {say("share", { code: code || say("uncovered"), share: percent(household_share) })}
          </dd>
        </div>
      ))}
    </dl>
  );
}
