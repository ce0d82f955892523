import { useSignal } from "@preact/signals";
import { newId } from "../../api/cases";
import {
  type Entry,
  formOf,
  listEntries,
  type Matches,
  match,
  saveEntry,
} from "../../api/registers";
import { type CasesKey, tell } from "../../text/cases";
import { Acts } from "../shell/acts";
import { useAsked } from "../shell/use_asked";
import { FieldsForm } from "./fields";
import { KINDS, kindName } from "./kinds";
import { communityField, unitName } from "./state";
import { Table } from "./table";

const MINUTE_S = 60;
type Register = "needs" | "resources";

/** Needs and resources, and which meet: with reasons for those that do not. */
export default function ListsPanel() {
  const needs = useSignal<readonly Entry[]>([]);
  const resources = useSignal<readonly Entry[]>([]);
  const load = useAsked(
    () => Promise.all([listEntries("needs"), listEntries("resources")]),
    (found) => {
      [needs.value, resources.value] = found;
    },
  );
  return (
    <>
      <List register="needs" rows={needs.value} load={load} />
      <List register="resources" rows={resources.value} load={load} />
      <MatchPanel rows={[...needs.value, ...resources.value]} />
    </>
  );
}

function List(props: { register: Register; rows: readonly Entry[]; load: () => void }) {
  const { register, load } = props;
  const settle = async (row: Entry) => {
    const form = { ...formOf(row), active: false };
    await saveEntry(register, row.entry_id, row.revision, form).catch(() => undefined);
    load();
  };
  return (
    <>
      <h2>{tell(register)}</h2>
      <FieldsForm
        title={tell(register === "needs" ? "new_need" : "new_resource")}
        fields={[
          { name: "title", label: tell("what") },
          { name: "kind", label: tell("class"), choices: KINDS.map((one) => [one, kindName(one)]) },
          { name: "people", label: tell("people"), type: "number", value: "1" },
          communityField(),
          { name: "contact", label: tell("call"), optional: true },
        ]}
        placed
        send={async ({ people, ...values }, place) => {
          const row = { title: "", kind: "", ...values, people: Number(people), ...place };
          await saveEntry(register, newId(), 0, row);
          load();
        }}
      />
      <Table
        label={tell(register)}
        heads={[
          tell("what"),
          tell("class"),
          tell("people"),
          tell("unit"),
          tell("call"),
          tell("do"),
        ]}
        rows={props.rows.filter(({ active }) => active)}
        keyOf={({ entry_id }) => entry_id}
        cells={(row) => [
          row.title,
          kindName(row.kind),
          row.people,
          unitName(row.cell_id ?? row.community_id),
          row.contact,
          row.contact !== null && (
            <Acts key="settle" act={() => settle(row)}>
              {tell("settle")}
            </Acts>
          ),
        ]}
      />
    </>
  );
}

function MatchPanel({ rows }: { rows: readonly Entry[] }) {
  const found = useSignal<Matches | null>(null);
  const titles = new Map(rows.map(({ entry_id, title }) => [entry_id, title]));
  const ask = async () => {
    found.value = await match(15).catch(() => null);
  };
  const told = found.value;
  return (
    <>
      <h2>{tell("matches")}</h2>
      <p class="actions">
        <Acts class="main" act={ask}>
          {tell("match")}
        </Acts>
      </p>
      {told && (
        <>
          <p role="status">{tell(told.measure)}</p>
          <Table
            label={tell("matches")}
            heads={[tell("needs"), tell("people"), tell("met"), tell("why"), tell("resources")]}
            rows={told.needs}
            keyOf={({ need }) => need}
            cells={(one) => [
              titles.get(one.need) ?? one.need,
              one.people,
              one.people_met,
              tell(`reason_${one.reason}` as CasesKey),
              told.pairs
                .filter(({ need }) => need === one.need)
                .map((pair) =>
                  tell("pair", {
                    name: titles.get(pair.resource) ?? pair.resource,
                    people: pair.people,
                    minutes: Math.ceil(pair.walk_s / MINUTE_S),
                  }),
                )
                .join("；"),
            ]}
          />
        </>
      )}
    </>
  );
}
