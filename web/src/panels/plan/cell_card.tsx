import { chosen, communityNames } from "../../draw/bench";
import { type Cell, cells } from "../../draw/cells";
import { compactnessOf } from "../../draw/doors";
import { bandOf } from "../../model/figures";
import { language } from "../../text/language";
import { say } from "../../text/plan/cell";
import { OriginList } from "./origin_list";
import { Task } from "./task";

/** The figures of the chosen cells. */
export function CellCard() {
  const found = chosen.value.flatMap((id) => cells.value.get(id)?.cell ?? []);
  if (found.length === 0) return <p class="hint">{say("none")}</p>;
  return (
    <>
      <Task />
      {found.length > 1 && <p>{say("several", { n: found.length })}</p>}
      {found.map((cell) => (
        <Figures key={cell.cell_id} cell={cell} />
      ))}
    </>
  );
}

function Figures({ cell }: { cell: Cell }) {
  const band = cell.households === null ? "unknown" : bandOf(cell.households);
  const rows: [string, string][] = [
    [say("code"), cell.code ?? ""],
    [say("community"), communityNames.value.get(cell.community_id) ?? cell.community_id],
    [say("households"), figure(cell.households)],
    [say("people"), figure(cell.people)],
    [say("elders_60"), figure(cell.elders_60)],
    [
      say("area"),
      cell.area_m2 === null ? "—" : say("hectares", { n: (cell.area_m2 / 1e4).toFixed(2) }),
    ],
    [say("compactness"), compactnessOf(cell.cell_id)?.toFixed(2) ?? "—"],
    [say("workers_needed"), figure(cell.workers_needed)],
    [say("base_code"), cell.base_code ?? "—"],
  ];
  return (
    <article class="card">
      <h2>
        {cell.name ?? cell.code} <span class={`badge ${band}`}>{say(band)}</span>
        {cell.locked && <span class="badge locked">{say("locked")}</span>}
      </h2>
      <dl class="figures">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <OriginList cell={cell.cell_id} />
    </article>
  );
}

function figure(value: number | null): string {
  return value === null ? say("unknown") : value.toLocaleString(language.value);
}
