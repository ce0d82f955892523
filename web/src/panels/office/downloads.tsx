import { tell } from "../../text/office";
import { label } from "./choosers";
import { areaOf, causeOf, count, shareOf, worstOf } from "./figures";
import { board, kind, profile, rows } from "./state";

/** Files to take away, and the page on paper. */
export function Downloads() {
  return (
    <section aria-labelledby="downloads" class="screen">
      <h2 id="downloads">{tell("downloads")}</h2>
      <ul class="actions">
        <li>
          <button type="button" onClick={() => print()}>
            {tell("print")}
          </button>
        </li>
        <li>
          <button type="button" onClick={save}>
            {tell("table_csv")}
          </button>
        </li>
        {(["xlsx", "docx"] as const).map((suffix) => (
          <li key={suffix}>
            <a class="button" href={`/api/report.${suffix}`} download>
              {tell(`report_${suffix}`)}
            </a>
          </li>
        ))}
        <li>
          <a class="button" href="/api/gaps.csv" download>
            {tell("gaps_csv")}
          </a>
        </li>
        <li>
          <a class="button" href="/map">
            {tell("export_map")}
          </a>
        </li>
        <li>
          <a class="button" href="/api/docs">
            {tell("api")}
          </a>
        </li>
      </ul>
    </section>
  );
}

/** The rows as they are shown, for a spreadsheet; the mark tells it that they are UTF-8. */
export function csv(): string {
  const head = ["id", tell("unit"), tell("people"), tell("elders"), tell("elders_covered")];
  const lines = rows.value.map((unit) => [
    ...[unit.id, unit.name, count(unit.people), count(unit.elders_60)],
    ...[count(unit.elders_60_covered), shareOf(unit), worstOf(unit), areaOf(unit), causeOf(unit)],
  ]);
  const table = [[...head, tell("share"), tell("worst"), tell("area"), tell("cause")], ...lines];
  return `\ufeff${table.map((line) => line.map(quoted).join(",")).join("\r\n")}\r\n`;
}

// a cell that begins like a formula would be run by a spreadsheet
function quoted(text: string): string {
  return `"${text.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
}

function save(): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  const shown = board.value;
  const names = [kind.value || shown?.kinds[0], profile.value || shown?.profiles[0]] as const;
  link.download = `${label(names[0] ?? "", "kinds")} ${label(names[1] ?? "", "profiles")}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
