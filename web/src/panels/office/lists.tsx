import { signal, useSignal } from "@preact/signals";
import { type BoardList, boardLists, type Value } from "../../api/board";
import { tell } from "../../text/office";
import { Toggle } from "../shell/toggle";
import { useAsked } from "../shell/use_asked";
import { count, percent } from "./figures";
import { again } from "./state";

const FEW = 10;
const lists = signal<readonly BoardList[]>([]);

/** What to do, in order, and the norms: as the report has them. */
export function Lists() {
  useAsked(
    boardLists,
    (found) => {
      lists.value = found;
    },
    [again.value],
  );
  return (
    <>
      {lists.value.map((list) => (
        <List key={list.key} list={list} />
      ))}
    </>
  );
}

function List({ list }: { list: BoardList }) {
  const all = useSignal(false);
  const shown = all.value ? list.rows : list.rows.slice(0, FEW);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-label={list.title} class="scroll list" lang="zh-CN" tabIndex={0}>
      <h2>{list.title}</h2>
      <table>
        <thead>
          <tr>
            {list.columns.map((column) => (
              <th key={column.field} scope="col" class={side(column.form)}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={JSON.stringify(row)}>
              {list.columns.map(({ field, form }, i) => (
                <td key={field} class={side(form)}>
                  {cell(row[i] ?? null, form)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {list.rows.length > FEW && (
        <p class="screen">
          <Toggle shows={all}>
            {tell(all.value ? "few_rows" : "all_rows", {
              count: all.value ? FEW : list.rows.length,
            })}
          </Toggle>
        </p>
      )}
      <p class="quiet">{list.note}</p>
    </section>
  );
}

/** Numbers stand at the right, one under the other. */
function side(form: string): string {
  return form === "text" ? "" : "number";
}

function cell(value: Value, form: string): string {
  if (value === null) return tell("empty");
  if (typeof value !== "number") return String(value);
  return form === "share" ? percent(value) : count(value);
}
