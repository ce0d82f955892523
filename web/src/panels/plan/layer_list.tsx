import { departments, hiddenLayers, tiled } from "../../draw/bench";
import { departmentName } from "../../draw/standards";
import { DEPARTMENT_COLOURS } from "../../map/departments";
import { say } from "../../text/plan/layers";

const SWITCHES = ["names", "borders", "conflicts"] as const;

/** What the map shows, and how strongly. */
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
            {say(name)}
          </label>
        ))}
      </fieldset>
      {tiled.value.has("departments") && (
        <fieldset class="switches">
          <legend>{say("departments")}</legend>
          {Object.keys(departments.value).map((name, order) => (
            <Department key={name} name={name} order={order} />
          ))}
        </fieldset>
      )}
    </>
  );
}

function Department({ name, order }: { name: string; order: number }) {
  const opacity = departments.value[name] ?? 0;
  const put = (value: number) => {
    departments.value = { ...departments.value, [name]: value };
  };
  const title = departmentName(name);
  return (
    <div class="department">
      <label>
        <input
          type="checkbox"
          checked={opacity > 0}
          onChange={(event) => put(event.currentTarget.checked ? 1 : 0)}
        />
        <span class="swatch" style={{ background: DEPARTMENT_COLOURS[order] ?? "" }} />
        {title}
      </label>
      <input
        type="range"
        min="0"
        max="1"
        step="0.1"
        value={opacity}
        aria-label={`${title} ${say("opacity")}`}
        onInput={(event) => put(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function show(name: string, shown: boolean): void {
  const others = [...hiddenLayers.value].filter((one) => one !== name);
  hiddenLayers.value = new Set(shown ? others : [...others, name]);
}
