import { bandOf, type Cell, cells } from "../../draw/cells";
import { preview } from "../../draw/drawing";
import { say as sayCell } from "../../text/plan/cell";
import { say } from "../../text/plan/modes";

const SHOWN = 6;

/** The figures of the cells that a drag touches, as they would be. */
export function LiveFigures() {
  const found = preview.value;
  if (found === null) return null;
  const rows = found.change.cells.flatMap((id) => {
    const face = found.now.faces.get(id);
    if (face === undefined || id === "") return [];
    const cell = { ...(face.attributes as unknown as Cell), cell_id: id };
    return [{ cell, was: cells.value.get(id)?.cell }];
  });
  return (
    <table class="live" aria-label={say("live")}>
      <thead>
        <tr>
          <th scope="col">{sayCell("code")}</th>
          <th scope="col">{say("households")}</th>
          <th scope="col">{say("elders")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, SHOWN).map(({ cell, was }) => (
          <tr key={cell.cell_id}>
            <th scope="row">{cell.name ?? cell.code}</th>
            <td>
              <span class={`badge ${bandOf(cell.households) ?? "unknown"}`}>{cell.households}</span>{" "}
              {difference(cell.households, was?.households)}
            </td>
            <td>
              {cell.elders_60} {difference(cell.elders_60, was?.elders_60)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function difference(now: number | null, was: number | null | undefined): string {
  const by = (now ?? 0) - (was ?? 0);
  if (was === undefined || was === null || by === 0) return "";
  return by > 0 ? `+${by}` : `−${-by}`;
}
