import { signal } from "@preact/signals";
import { type ComponentType, render } from "preact";
import { session, start, trouble } from "../panels/desk/state";
import { Later } from "../panels/shell/later";
import { Shell } from "../panels/shell/shell";
import { tell } from "../text/cases";
import "../style/base.css";
import "../style/sheet.css";
import "../style/office.css";
import "../style/cases.css";

const board = () => import("../panels/desk/board");
const TABS = {
  issues: board,
  statistics: () => import("../panels/desk/statistics"),
  projects: board,
  lists: () => import("../panels/desk/lists"),
  staff: () => import("../panels/desk/staff"),
  ledger: () => import("../panels/desk/ledger"),
  calendar: () => import("../panels/desk/calendar"),
  admissions: board,
} as const;
type Tab = keyof typeof TABS;
const NAMES = Object.keys(TABS) as Tab[];
const named = () => NAMES.find((name) => name === location.hash.slice(1)) ?? "issues";
const shown = signal<Tab>(named());

function Cases() {
  return (
    <Shell page="cases" title={tell("title")}>
      <h1>{tell("title")}</h1>
      <p class="quiet">{tell("intro")}</p>
      {trouble.value && (
        <p class="problem" role="alert">
          {tell(trouble.value)}{" "}
          {trouble.value === "login" && (
            <a class="button" href="/login?next=/cases">
              {tell("to_login")}
            </a>
          )}
        </p>
      )}
      {session.value && <Desk />}
    </Shell>
  );
}

function Desk() {
  const tab = shown.value;
  type Panel = () => Promise<{ readonly default: ComponentType<{ register: Tab }> }>;
  return (
    <>
      <nav class="tabs screen" aria-label={tell("parts")}>
        {NAMES.map((name) => (
          <a key={name} href={`#${name}`} aria-current={name === tab ? "page" : undefined}>
            {tell(name)}
          </a>
        ))}
      </nav>
      <section>
        <h2>{tell(tab)}</h2>
        <Later key={tab} load={TABS[tab] as unknown as Panel} with={{ register: tab }} />
      </section>
    </>
  );
}

addEventListener("hashchange", () => {
  shown.value = named();
});
void start();
render(<Cases />, document.body);
