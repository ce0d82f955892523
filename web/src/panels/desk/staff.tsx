import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { latest } from "../../api/asked";
import { newId } from "../../api/cases";
import {
  type Entry,
  listEntries,
  listGaps,
  type Proposal,
  propose,
  type StaffGap,
  saveEntry,
} from "../../api/registers";
import { tell } from "../../text/cases";
import { flows, postName } from "../cases/flows";
import { refusal } from "../cases/report_form";
import { useAsked } from "../shell/use_asked";
import { FieldsForm } from "./fields";
import { cellsOf, communities, communityField, session, unitName } from "./state";
import { Table } from "./table";

const MINUTE_S = 60;
const SPECIALIST = "specialist";

/** Who is missing where, who is there, and who could look after which cell. */
export default function StaffPanel() {
  const gaps = useSignal<readonly StaffGap[] | null>(null);
  const posts = useSignal<readonly Entry[]>([]);
  const named = session.value?.role !== "grid_worker";
  const load = useAsked(
    () => Promise.all([listGaps(), named ? listEntries("posts") : []]),
    (found) => {
      [gaps.value, posts.value] = found;
    },
  );
  const known = flows.value?.posts.map(({ post }) => post) ?? [];
  const lacking = (post: string) =>
    missing.reduce((sum, one) => sum + (one.post === post ? one.missing : 0), 0);
  const missing = (gaps.value ?? []).filter((one) => one.missing > 0);
  const cells = communities.value.flatMap(({ id, name }) =>
    cellsOf(id).map((cell) => [cell.id, `${name} ${cell.name}`] as const),
  );
  return (
    <>
      {named && (
        <FieldsForm
          title={tell("new_post")}
          fields={[
            {
              name: "kind",
              label: tell("post"),
              choices: known.map((post) => [post, postName(post)]),
            },
            { name: "title", label: tell("person") },
            communityField(),
            { name: "cell_id", label: tell("cell"), choices: cells, optional: true },
            { name: "account", label: tell("account"), optional: true },
            { name: "contact", label: tell("call"), optional: true },
          ]}
          placed
          send={async ({ cell_id, ...values }, place) => {
            const row = { kind: "", title: "", ...values, cell_id: cell_id || null, ...place };
            await saveEntry("posts", newId(), 0, row);
            load();
          }}
        />
      )}
      <h2>{tell("missing")}</h2>
      <dl class="facts">
        {known.map((post) => (
          <div key={post}>
            <dt>{postName(post)}</dt>
            <dd>{gaps.value === null ? tell("empty") : lacking(post)}</dd>
          </div>
        ))}
      </dl>
      <Table
        label={tell("missing")}
        heads={[tell("unit"), tell("post"), tell("needed"), tell("there"), tell("lacks")]}
        rows={missing}
        keyOf={({ id, post }) => `${id} ${post}`}
        cells={(one) => [
          unitName(one.id),
          postName(one.post),
          one.needed,
          one.there,
          <span key="lacks" class="short">
            {one.missing}
          </span>,
        ]}
      />
      {named && (
        <>
          <h2>{tell("posts")}</h2>
          <Table
            label={tell("posts")}
            heads={[tell("person"), tell("post"), tell("unit"), tell("call")]}
            rows={posts.value.filter(({ active }) => active)}
            keyOf={({ entry_id }) => entry_id}
            cells={(row) => [
              row.title,
              postName(row.kind),
              unitName(row.cell_id ?? row.community_id),
              row.contact,
            ]}
          />
          <ProposalPanel people={new Map(posts.value.map((row) => [row.entry_id, row.title]))} />
        </>
      )}
    </>
  );
}

function ProposalPanel({ people }: { people: ReadonlyMap<string, string> }) {
  const found = useSignal<Proposal | null>(null);
  const message = useSignal("");
  const asking = useMemo(latest, []);
  const ask = (community: string) =>
    asking(
      (stopped) => propose(community, SPECIALIST, stopped),
      (answer) => {
        found.value = answer;
        message.value = tell("proposed", {
          measure: tell(answer.measure),
          minutes: Math.ceil(answer.walk_s / MINUTE_S),
        });
      },
      (error) => {
        found.value = null;
        message.value = refusal(error);
      },
    );
  const told = found.value;
  return (
    <>
      <h2>{tell("proposal")}</h2>
      <p class="quiet">{tell("proposal_help")}</p>
      <p class="actions">
        {communities.value.map(({ id, name }) => (
          <button key={id} type="button" onClick={() => ask(id)}>
            {name}
          </button>
        ))}
      </p>
      <p role="status">{message.value}</p>
      {told && (
        <Table
          label={tell("proposal")}
          heads={[tell("person"), tell("load"), tell("cell")]}
          rows={Object.entries(told.load)}
          keyOf={([id]) => id}
          cells={([id, load]) => [
            people.get(id) ?? id,
            load,
            told.cells
              .filter((one) => one.entry_id === id)
              .map((one) => unitName(one.cell_id))
              .join("、"),
          ]}
        />
      )}
    </>
  );
}
