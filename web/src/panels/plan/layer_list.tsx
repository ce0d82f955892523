import { departments, fillOpacity, hiddenLayers, tiled } from "../../draw/bench";
import { departmentName } from "../../draw/standards";
import type { Look } from "../../map/departments";
import { say } from "../../text/plan/layers";
import { SwipeChoice } from "./swipe_choice";

const SWITCHES = ["names", "communities", "subdistricts", "conflicts"] as const;

/** What the map shows, in which colour and how strongly. */
export function LayerList() {
  return (
    <>
      <fieldset class="switches">
        <legend>{say("base")}</legend>
        {SWITCHES.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={!hiddenLayers.value.has(name)}
              onChange={(event) => show(name, event.currentTarget.checked)}
            />
            <span class={`line line-${name}`} />
            {say(name)}
          </label>
        ))}
        <div class="check">
          {say("cells")}
          <Strength
            name={say("cells")}
            value={fillOpacity.value}
            put={(value) => (fillOpacity.value = value)}
          />
        </div>
      </fieldset>
      {tiled.value.has("departments") && (
        <fieldset class="switches">
          <legend>{say("departments")}</legend>
          {[...departments.value].map(([name, look]) => (
            <Department key={name} name={name} look={look} />
          ))}
        </fieldset>
      )}
      <SwipeChoice />
    </>
  );
}

function Department({ name, look }: { name: string; look: Look }) {
  const put = (change: Partial<Look>) => {
    departments.value = new Map(departments.value).set(name, { ...look, ...change });
  };
  const title = departmentName(name);
  return (
    <div class="department">
      <label>
        <input
          type="checkbox"
          checked={look.opacity > 0}
          onChange={(event) => put({ opacity: event.currentTarget.checked ? 1 : 0 })}
        />
        {title}
      </label>
      <input
        type="color"
        value={look.colour}
        aria-label={`${title} ${say("colour")}`}
        onInput={(event) => put({ colour: event.currentTarget.value })}
      />
      <Strength name={title} value={look.opacity} put={(opacity) => put({ opacity })} />
    </div>
  );
}

function Strength(props: { name: string; value: number; put: (value: number) => void }) {
  return (
    <input
      type="range"
      min="0"
      max="1"
      step="0.02"
      value={props.value}
      aria-label={`${props.name} ${say("opacity")}`}
      onInput={(event) => props.put(event.currentTarget.valueAsNumber)}
    />
  );
}

function show(name: string, shown: boolean): void {
  const others = [...hiddenLayers.value].filter((one) => one !== name);
  hiddenLayers.value = new Set(shown ? others : [...others, name]);
}
