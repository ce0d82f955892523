import type { ComponentType } from "preact";
import { tab } from "../../draw/bench";
import { say } from "../../text/plan/bench";
import { CellCard } from "./cell_card";
import { ConflictList } from "./conflict_list";
import { HistoryPanel } from "./history_panel";
import { JobsPanel } from "./jobs_panel";
import { LayerList } from "./layer_list";
import { ProblemList } from "./problem_list";
import { ServicesPanel } from "./services_panel";

const TABS: Readonly<Partial<Record<Parameters<typeof say>[0], ComponentType>>> = {
  cell: CellCard,
  conflicts: ConflictList,
  problems: ProblemList,
  layers: LayerList,
  history: HistoryPanel,
  more: ServicesPanel,
  jobs: JobsPanel,
};
type Tab = keyof typeof TABS;

/** What is worked on: one panel at a time. */
export function Side() {
  const names = Object.keys(TABS) as Tab[];
  const open = (tab.value in TABS ? tab.value : "cell") as Tab;
  const Panel = TABS[open] ?? CellCard;
  const turn = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    tab.value = names.at((names.indexOf(open) + step) % names.length) ?? open;
    document.getElementById(`tab-${tab.value}`)?.focus();
  };
  return (
    <aside class="side" aria-label={say("side")}>
      <div class="tabs" role="tablist" onKeyDown={turn}>
        {names.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={open === name}
            aria-controls="panel"
            tabIndex={open === name ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {say(name)}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls is scrolled by keys too */}
      <div class="panel" id="panel" role="tabpanel" aria-labelledby={`tab-${open}`} tabIndex={0}>
        <Panel />
      </div>
    </aside>
  );
}
