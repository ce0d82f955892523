import { effects, isCounting, moves } from "../../draw/services";
import { language } from "../../text/language";
import { say } from "../../text/plan/services";

/** Who gains and who loses by the moved facilities, residents and elders. */
export function MoveEffect() {
  const told = effects.value;
  const kind = told?.kind;
  if (moves.value.size === 0) return null;
  if (told === null || !kind) return <p role="status">{isCounting.value && say("waiting")}</p>;
  const { total, minutes } = kind;
  const rows = [
    ["people", total.people_gained, total.people_lost, total.people_covered_after],
    ["elders", total.elders_60_gained, total.elders_60_lost, total.elders_60_covered_after],
  ] as const;
  return (
    <section aria-live="polite" aria-busy={isCounting.value}>
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
      {!told.exact && <p class="hint">{say("inexact")}</p>}
    </section>
  );
}

function figure(value: number | null): string {
  return value === null ? say("hidden") : value.toLocaleString(language.value);
}
