import { kept } from "../../draw/autosave";
import { busy, mayEdit } from "../../draw/bench";
import { canRedo, canUndo, drawing, redoStep, undoStep } from "../../draw/drawing";
import { save } from "../../draw/save";
import { say as sayModes } from "../../text/plan/modes";
import { say } from "../../text/plan/saving";

/** Undo, redo, and save; and whether what is drawn is kept. */
export function SaveBar() {
  if (!mayEdit.value) return null;
  const count = drawing.value?.done.length ?? 0;
  return (
    <div class="save-bar">
      <button type="button" disabled={!canUndo.value} title="Ctrl+Z" onClick={() => undoStep()}>
        {sayModes("undo")}
      </button>
      <button
        type="button"
        disabled={!canRedo.value}
        title="Ctrl+Shift+Z"
        onClick={() => redoStep()}
      >
        {sayModes("redo")}
      </button>
      <button
        type="button"
        class="main"
        disabled={count === 0 || busy.value}
        onClick={() => save()}
      >
        {say("save", { n: count })}
      </button>
      <span class="kept" role="status">
        {count === 0 ? say("nothing") : say(kept.value)}
      </span>
    </div>
  );
}
