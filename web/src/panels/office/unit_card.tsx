import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asked } from "../../api/asked";
import { type Unit, unitBoard } from "../../api/board";
import { tell } from "../../text/office";
import { label } from "./choosers";
import { areaOf, causeOf, shareOf, worstOf } from "./figures";
import { again, board, chosen, units } from "./state";

const told = signal<readonly Unit[]>([]);

/** The chosen unit: every service at every pace. */
export function UnitCard() {
  const unit = chosen.value === null ? undefined : units.value.get(chosen.value);
  useEffect(() => {
    told.value = [];
    if (!unit) return;
    return asked(
      (stopped) => unitBoard(unit, stopped),
      (rows) => {
        told.value = rows;
      },
    );
  }, [unit?.id, unit?.level, again.value]);
  if (!unit) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-labelledby="chosen" class="scroll" tabIndex={0}>
      <h2 id="chosen">{tell("chosen", { name: unit.name })}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{tell("kind")}</th>
            <th scope="col">{tell("profile")}</th>
            <th scope="col">{tell("share")}</th>
            <th scope="col">{tell("worst")}</th>
            <th scope="col">{tell("area")}</th>
            <th scope="col">{tell("cause")}</th>
          </tr>
        </thead>
        <tbody>
          {told.value.map((one) => (
            <tr key={`${one.kind}/${one.profile}`}>
              <th scope="row">{label(one.kind, "kinds")}</th>
              <td>{label(one.profile, "profiles")}</td>
              <td>{shareOf(one)}</td>
              <td>{worstOf(one)}</td>
              <td>{areaOf(one)}</td>
              <td>{causeOf(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">{tell(board.value?.office ? "office" : "public")}</p>
    </section>
  );
}
