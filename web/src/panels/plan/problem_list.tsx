import { mayEdit } from "../../draw/bench";
import { moved } from "../../draw/doors";
import { lookAt, mend, principles, tasks } from "../../draw/problems";
import { say as sayModes } from "../../text/plan/modes";
import { say } from "../../text/plan/problems";
import { percent } from "./figure";

const SHOWN = 80;

/** How the plan keeps the principles, and the cells that want work, each with a tool. */
export function ProblemList() {
  const all = tasks.value;
  return (
    <>
      <Principles />
      <h2>{say("to_do", { n: all.length })}</h2>
      {all.length === 0 && <p class="hint">{say("none")}</p>}
      <ol class="conflicts">
        {all.slice(0, SHOWN).map((task) => (
          <li key={`${task.kind}${task.cells.join()}`} class="problem">
            <button type="button" class="conflict" onClick={() => lookAt(task)}>
              {task.name} <span class={`badge ${task.kind}`}>{say(task.kind)}</span>
              {task.households !== null && (
                <small>{say("figure", { households: task.households, off: task.off })}</small>
              )}
            </button>
            {mayEdit.value && (
              <button type="button" onClick={() => mend(task)}>
                {sayModes(task.mode)}
              </button>
            )}
          </li>
        ))}
      </ol>
      {all.length > SHOWN && <p class="hint">{say("more", { n: all.length - SHOWN })}</p>}
    </>
  );
}

function Principles() {
  const { in_band_share, compactness, faults } = principles.value;
  const share = percent(in_band_share, 1);
  const rows = [
    ["moderate_size", say("in_band", { share })],
    ["seamless", faults === 0 ? say("no_gap") : say("gaps", { n: faults })],
    ["stable", say("stays", { n: moved.value })],
    ["compact", say("compactness", { n: compactness.toFixed(2) })],
  ] as const;
  return (
    <section class="part">
      <h2>{say("principles")}</h2>
      <dl class="principles">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{say(name)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
