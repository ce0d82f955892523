import { useEffect } from "preact/hooks";
import type { Unit } from "../../api/board";
import { type OfficeKey, tell } from "../../text/office";
import { areaOf, causeOf, count, isShort, shareOf, worstOf } from "./figures";
import { choose, chosen, find, keyOf, opened, rows, sortBy, turn } from "./state";
import type { Column } from "./tree";

const HEADINGS: readonly (readonly [Column, OfficeKey])[] = [
  ["name", "unit"],
  ["people", "people"],
  ["elders_60", "elders"],
  ["elders_60_covered", "elders_covered"],
  ["covered_share", "share"],
  ["worst_walk_s", "worst"],
  ["floor_area_m2", "area"],
  ["cause", "cause"],
];

/** The units as a tree of rows: subdistricts, their communities, their cells. */
export function UnitTable() {
  useEffect(() => {
    document.querySelector("tr[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [chosen.value]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section class="scroll" tabIndex={0} aria-label={tell("figures")}>
      <table>
        <thead>
          <tr>
            {HEADINGS.map(([column, label]) => (
              <Heading key={column} column={column} label={label} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.value.map((unit) => (
            <Row key={keyOf(unit)} unit={unit} />
          ))}
        </tbody>
      </table>
      <p role="status" class="quiet">
        {rows.value.length ? tell("rows", { count: rows.value.length }) : tell("nothing")}
      </p>
    </section>
  );
}

function Heading({ column, label }: { column: Column; label: OfficeKey }) {
  const { column: by, down } = sortBy.value;
  const sorted = by === column ? (down ? "descending" : "ascending") : "none";
  return (
    <th scope="col" aria-sort={sorted}>
      <button
        type="button"
        onClick={() => {
          sortBy.value = { column, down: by === column ? !down : false };
        }}
      >
        {tell(label)}
        <span aria-hidden="true">{sorted === "none" ? "" : down ? " ▼" : " ▲"}</span>
      </button>
    </th>
  );
}

function Row({ unit }: { unit: Unit }) {
  const key = keyOf(unit);
  return (
    <tr class={unit.level} aria-current={chosen.value === key ? "true" : undefined}>
      <th scope="row">
        <Turn unit={unit} />
        <button type="button" class="name" onClick={() => choose(key)}>
          {unit.name}
        </button>
      </th>
      <td>{count(unit.people)}</td>
      <td>{count(unit.elders_60)}</td>
      <td>{count(unit.elders_60_covered)}</td>
      <td>
        {shareOf(unit)}
        {unit.covered_share !== null && (
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${unit.covered_share * 100}%` }} />
          </span>
        )}
      </td>
      <td>{worstOf(unit)}</td>
      <td class={isShort(unit) ? "short" : ""}>{areaOf(unit)}</td>
      <td>{causeOf(unit)}</td>
    </tr>
  );
}

function Turn({ unit }: { unit: Unit }) {
  const key = keyOf(unit);
  if (find.value || unit.level === "cell" || unit.level === "district") return null;
  const open = opened.value.has(key);
  return (
    <button
      type="button"
      class="turn"
      aria-expanded={open}
      aria-label={tell(open ? "close" : "open", { name: unit.name })}
      onClick={() => turn(key)}
    >
      {open ? "▾" : "▸"}
    </button>
  );
}
