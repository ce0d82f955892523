import { hiddenLayers } from "../../draw/bench";
import { say } from "../../text/plan/layers";

const SWITCHES = ["names", "borders", "conflicts"] as const;

/** What the map shows. */
export function LayerList() {
  return (
    <fieldset class="switches">
      <legend>{say("base")}</legend>
      {SWITCHES.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={!hiddenLayers.value.has(name)}
            onChange={(event) => show(name, event.currentTarget.checked)}
          />
          {say(name)}
        </label>
      ))}
    </fieldset>
  );
}

function show(name: string, shown: boolean): void {
  const others = [...hiddenLayers.value].filter((one) => one !== name);
  hiddenLayers.value = new Set(shown ? others : [...others, name]);
}
