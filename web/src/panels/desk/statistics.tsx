import { useSignal } from "@preact/signals";
import { countCases, countIssues, type Tally } from "../../api/cases";
import { type CasesKey, tell } from "../../text/cases";
import { dutyName, stateName, tierName } from "../cases/flows";
import { useAsked } from "../shell/use_asked";
import { Choose } from "./choose";
import { className } from "./kinds";
import { unitName } from "./state";
import { Table } from "./table";

const BY = ["cell", "community", "subdistrict", "duty", "department", "tier", "state"] as const;
type By = (typeof BY)[number];
const NAMES: Partial<Record<By, (name: string) => string>> = {
  cell: unitName,
  community: unitName,
  duty: dutyName,
  tier: tierName,
  state: (name) => stateName("grid_issue", name),
};

/** Counts of one's areas: issues by whatever one asks, projects by class and by state. */
export default function StatisticsPanel() {
  const by = useSignal<By>("duty");
  const rows = useSignal<readonly Tally[]>([]);
  useAsked(
    (stopped) => countIssues(by.value, stopped),
    (found) => {
      rows.value = found;
    },
    [by.value],
  );
  const named = NAMES[by.value] ?? ((name: string) => name);
  return (
    <>
      <div class="choosers">
        <Choose
          label={tell("count_by")}
          value={by.value}
          choices={BY.map((one) => [one, tell(one)])}
          choose={(value) => {
            by.value = value as By;
          }}
        />
      </div>
      <Table
        label={tell("statistics")}
        heads={[tell(by.value), tell("cases"), tell("open"), tell("overdue"), tell("score")]}
        rows={rows.value}
        keyOf={({ name }) => name}
        cells={(one) => [
          named(one.name) || tell("nothing"),
          one.cases,
          one.open,
          <span key="late" class={one.overdue ? "short" : ""}>
            {one.overdue}
          </span>,
          one.mean_score,
        ]}
      />
      <ProjectCounts />
    </>
  );
}

function ProjectCounts() {
  const rows = useSignal<readonly (readonly [string, string, Tally])[]>([]);
  useAsked(
    (stopped) =>
      Promise.all([
        countCases("projects", "kind", stopped),
        countCases("projects", "state", stopped),
      ]),
    ([kinds, states]) => {
      rows.value = [
        ...kinds.map((one) => ["class", className(one.name), one] as const),
        ...states.map((one) => ["state", stateName("project", one.name), one] as const),
      ];
    },
  );
  return (
    <>
      <h2>{tell("projects")}</h2>
      <Table
        label={tell("projects")}
        heads={[tell("what"), tell("name"), tell("cases"), tell("open")]}
        rows={rows.value}
        keyOf={([what, name]) => `${what} ${name}`}
        cells={([what, name, one]) => [tell(what as CasesKey), name, one.cases, one.open]}
      />
    </>
  );
}
