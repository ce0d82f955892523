import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { say } from "../../text/plan/bench";
import { CellCard } from "./cell_card";
import { LayerList } from "./layer_list";

const TABS: Readonly<Partial<Record<Parameters<typeof say>[0], ComponentType>>> = {
  cell: CellCard,
  layers: LayerList,
};
type Tab = keyof typeof TABS;

/** Which panel is open. */
export const tab = signal<Tab>("cell");

/** What is worked on: one panel at a time. */
export function Side() {
  const names = Object.keys(TABS) as Tab[];
  const Panel = TABS[tab.value] ?? CellCard;
  const turn = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    tab.value = names.at((names.indexOf(tab.value) + step) % names.length) ?? tab.value;
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
            aria-selected={tab.value === name}
            aria-controls="panel"
            tabIndex={tab.value === name ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {say(name)}
          </button>
        ))}
      </div>
      <div class="panel" id="panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        <Panel />
      </div>
    </aside>
  );
}
