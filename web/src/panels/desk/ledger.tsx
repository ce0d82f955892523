import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asked } from "../../api/asked";
import { type Ledger, ledgerPath, readLedger } from "../../api/registers";
import { tell } from "../../text/cases";
import { postName, stateName } from "../cases/flows";
import { Choose } from "./choose";
import { kindName } from "./kinds";
import { cellsOf, communities } from "./state";
import { Table } from "./table";

/** Everything that is kept of a community or a cell, and the page to print. */
export default function LedgerPanel() {
  const community = useSignal(communities.value[0]?.id ?? "");
  const cell = useSignal("");
  const found = useSignal<Ledger | null>(null);
  const [level, id] = cell.value ? ["cell", cell.value] : ["community", community.value];
  useEffect(() => {
    if (!id) return;
    return asked(
      (stopped) => readLedger(level, id, stopped),
      (ledger) => {
        found.value = ledger;
      },
      () => {
        found.value = null;
      },
    );
  }, [level, id]);
  return (
    <>
      <div class="choosers">
        <Choose
          label={tell("community")}
          value={community.value}
          choices={communities.value.map((one) => [one.id, one.name])}
          choose={(value) => {
            community.value = value;
            cell.value = "";
          }}
        />
        <Choose
          label={tell("cell")}
          value={cell.value}
          choices={[
            ["", tell("whole_community")],
            ...cellsOf(community.value).map((one) => [one.id, one.name] as const),
          ]}
          choose={(value) => {
            cell.value = value;
          }}
        />
        <a class="button" href={`${ledgerPath(level, id)}/page`} target="_blank" rel="noreferrer">
          {tell("print")}
        </a>
      </div>
      {found.value && <Told ledger={found.value} />}
    </>
  );
}

function Told({ ledger }: { ledger: Ledger }) {
  const states = (flow: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([state, n]) => [stateName(flow, state), n] as const);
  const parts: readonly (readonly [string, readonly (readonly [string, unknown])[]])[] = [
    [tell("issues"), states("grid_issue", ledger.issues)],
    [tell("projects"), states("project", ledger.projects)],
    [tell("needs"), kindCounts(ledger.needs)],
    [tell("resources"), kindCounts(ledger.resources)],
    [
      tell("missing"),
      ledger.staff.map((one) => [postName(one.post), `${one.there} / ${one.needed}`]),
    ],
    [tell("history"), ledger.history.map(({ at, what }) => [at.slice(0, 10), what])],
  ];
  return (
    <section class="card" aria-labelledby="ledger">
      <h2 id="ledger">{ledger.name || ledger.code}</h2>
      <dl class="facts">
        {(["households", "people", "elders_60"] as const).map((name) => (
          <div key={name}>
            <dt>{tell(name)}</dt>
            <dd>{ledger.people[name] ?? tell("empty")}</dd>
          </div>
        ))}
        <div>
          <dt>{tell("facilities")}</dt>
          <dd>{ledger.facilities.length}</dd>
        </div>
      </dl>
      <div class="parts">
        {parts
          .filter(([, rows]) => rows.length > 0)
          .map(([title, rows]) => (
            <Table
              key={title}
              label={title}
              heads={[title, tell("count")]}
              rows={rows}
              keyOf={([name, value]) => `${name} ${value}`}
              cells={([name, value]) => [name, String(value)]}
            />
          ))}
      </div>
    </section>
  );
}

const kindCounts = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([kind, n]) => [kindName(kind), n] as const);
