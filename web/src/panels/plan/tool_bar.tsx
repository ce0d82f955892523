import { mayEdit } from "../../draw/bench";
import { takeTool } from "../../draw/keys";
import { MODE_KEYS, MODES, mode } from "../../draw/modes/mode";
import { isOnServices } from "../../draw/services";
import { say as sayBench } from "../../text/plan/bench";
import { say } from "../../text/plan/modes";

/** One button for each mode, with the letter that turns to it. */
export function ToolBar() {
  if (!mayEdit.value) return null;
  return (
    <div class="tool-bar" role="toolbar" aria-label={sayBench("tools")} aria-orientation="vertical">
      {MODES.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={mode.value === name && !isOnServices()}
          aria-keyshortcuts={MODE_KEYS[name]}
          title={say(`${name}_hint`)}
          onClick={() => takeTool(name)}
        >
          {say(name)}
          <kbd>{MODE_KEYS[name].toUpperCase()}</kbd>
        </button>
      ))}
    </div>
  );
}
