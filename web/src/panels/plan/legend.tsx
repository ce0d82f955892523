import { theme } from "../../draw/bench";
import { LEGENDS, THEMES, type Theme } from "../../map/themes";
import { say as sayBench } from "../../text/plan/bench";
import { say } from "../../text/plan/layers";

/** A narrow map keeps its room: there the legend is unfolded when it is wanted. */
const WIDE = "(min-width: 701px)";
type Key = Parameters<typeof say>[0];

/** What the colours of the cells mean, and the choice of another theme. */
export function Legend() {
  return (
    <details class="legend" open={matchMedia(WIDE).matches}>
      <summary>{sayBench("legend")}</summary>
      <label>
        {sayBench("theme")}
        <select
          value={theme.value}
          onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {say(one)}
            </option>
          ))}
        </select>
      </label>
      <ul>
        {LEGENDS[theme.value].map(([key, colour]) => (
          <li key={key}>
            <span class="swatch" style={{ background: colour }} />
            {say(key as Key)}
          </li>
        ))}
      </ul>
    </details>
  );
}
