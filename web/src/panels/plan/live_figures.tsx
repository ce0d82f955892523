import { moved, touched } from "../../draw/doors";
import { preview } from "../../draw/drawing";
import { say as sayCell } from "../../text/plan/cell";
import { say } from "../../text/plan/modes";

const SHOWN = 6;

/** The figures of the cells that a drag touches, as they would be. */
export function LiveFigures() {
  if (preview.value === null) return null;
  return (
    <table class="live" aria-label={say("live")}>
      <thead>
        <tr>
          <th scope="col">{sayCell("name")}</th>
          <th scope="col">{say("households")}</th>
          <th scope="col">{say("elders")}</th>
          <th scope="col">{say("workers")}</th>
          <th scope="col">{say("compactness")}</th>
        </tr>
      </thead>
      <tbody>
        {touched.value.slice(0, SHOWN).map(({ name, now, was }) => (
          <tr key={now.id}>
            <th scope="row">{name}</th>
            <td>
              <span class={`badge ${now.band}`} title={sayCell(now.band)}>
                {now.households}
              </span>{" "}
              {difference(now.households, was?.households)}
            </td>
            <td>
              {now.elders_60} {difference(now.elders_60, was?.elders_60)}
            </td>
            <td>
              {now.workers_needed} {difference(now.workers_needed, was?.workers_needed)}
            </td>
            <td>{now.compactness.toFixed(2)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={5}>{say("moved", { n: moved.value })}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function difference(now: number, was: number | undefined): string {
  if (was === undefined || now === was) return "";
  return now > was ? `+${now - was}` : `−${was - now}`;
}
