import type { Change } from "../../api/scenarios";
import { link, TOOLS, tool, useTool } from "../../draw/modes/service";
import { changes, effects, isCounting, put } from "../../draw/scenario";
import { GAINED, LOST } from "../../map/services";
import { say } from "../../text/plan/scenarios";
import { figure } from "./figure";

/** Change facilities and streets on the map, and see who gains and who loses. */
export function TryOut() {
  return (
    <section class="part">
      <h2>{say("title")}</h2>
      <div class="row tools" role="toolbar" aria-label={say("title")}>
        {TOOLS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={tool.value === one}
            onClick={() => useTool(one)}
          >
            {say(one)}
          </button>
        ))}
      </div>
      <p class="hint" role={link.value.length > 0 ? "status" : undefined}>
        {say(`hint_${tool.value}`)}
      </p>
      {changes.value.length > 0 && <Changes />}
      <Effects />
    </section>
  );
}

function Changes() {
  return (
    <>
      <ul class="plain">
        {changes.value.map((change) => (
          <li key={nameOf(change)} class="check">
            <span class="grow">{nameOf(change)}</span>
            <button
              type="button"
              class="quiet"
              aria-label={`${say("remove")} ${nameOf(change)}`}
              onClick={() => put(changes.value.filter((one) => one !== change))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => put([])}>
        {say("reset")}
      </button>
    </>
  );
}

/** Who gains and who loses, residents and elders. */
function Effects() {
  if (changes.value.length === 0) return null;
  const told = effects.value;
  if (told === null) return <p role="status">{isCounting.value && say("waiting")}</p>;
  if (told.kind === null) return <p role="status">{say("not_concerned")}</p>;
  const { total, minutes } = told.kind;
  const rows = [
    ["people", total.people_gained, total.people_lost, total.people_covered_after],
    ["elders", total.elders_60_gained, total.elders_60_lost, total.elders_60_covered_after],
  ] as const;
  return (
    <div aria-live="polite" aria-busy={isCounting.value}>
      <table class="effect">
        <caption>{say("result", { minutes })}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{say("gained")}</th>
            <th scope="col">{say("lost")}</th>
            <th scope="col">{say("after")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, gained, lost, after]) => (
            <tr key={name}>
              <th scope="row">{say(name)}</th>
              <td class="gained">+{figure(gained)}</td>
              <td class="lost">−{figure(lost)}</td>
              <td>{figure(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul class="plain">
        {(
          [
            [GAINED, "cells_gained"],
            [LOST, "cells_lost"],
          ] as const
        ).map(([colour, name]) => (
          <li key={name} class="check">
            <span class="swatch" style={{ background: colour }} /> {say(name)}
          </li>
        ))}
      </ul>
      {!told.exact && <p class="hint">{say("inexact")}</p>}
    </div>
  );
}

function nameOf(change: Change): string {
  return say(`op_${change.op}`, { id: "facility_id" in change ? change.facility_id : "" });
}
