import { useSignal } from "@preact/signals";
import { chosen, mayEdit } from "../../draw/bench";
import { cells } from "../../draw/cells";
import { act, drawing } from "../../draw/drawing";
import { freeIds } from "../../draw/ids";
import { mode } from "../../draw/modes/mode";
import { mergeChosen, turnLock } from "../../draw/modes/pick";
import { say } from "../../text/plan/modes";
import { VertexList } from "./vertex_list";

const PARTS_MAX = 20;

/** What the mode asks of the chosen cells, besides what is done on the map. */
export function Task() {
  const [id] = chosen.value;
  const cell = id === undefined ? undefined : cells.value.get(id)?.cell;
  if (!mayEdit.value || cell === undefined) return null;
  switch (mode.value) {
    case "vertex":
      return <VertexList cell={cell.cell_id} />;
    case "split_k":
      return <SplitForm key={id} cell={cell.cell_id} />;
    case "rename":
      return <RenameForm key={id} cell={cell.cell_id} name={cell.name ?? ""} />;
    case "merge":
      return (
        <button
          type="button"
          class="main"
          disabled={chosen.value.length < 2}
          onClick={() => mergeChosen()}
        >
          {say("do_merge", { n: chosen.value.length })}
        </button>
      );
    case "lock":
      return (
        <button type="button" class="main" onClick={() => turnLock()}>
          {say(cell.locked ? "do_unlock" : "do_lock")}
        </button>
      );
    default:
      return null;
  }
}

function SplitForm({ cell }: { cell: string }) {
  const parts = useSignal(2);
  return (
    <form
      class="task"
      onSubmit={(event) => {
        event.preventDefault();
        const now = drawing.value?.now;
        if (now === undefined) return;
        const new_ids = [cell, ...freeIds(now, cell, parts.value - 1)];
        act({ op: "split_k", cell_id: cell, k: parts.value, new_ids });
      }}
    >
      <label>
        {say("parts")}
        <input
          type="number"
          min="2"
          max={PARTS_MAX}
          value={parts.value}
          onInput={(event) => (parts.value = event.currentTarget.valueAsNumber || 2)}
        />
      </label>
      <button type="submit" class="main">
        {say("do_split")}
      </button>
    </form>
  );
}

function RenameForm({ cell, name }: { cell: string; name: string }) {
  const asked = useSignal(name);
  return (
    <form
      class="task"
      onSubmit={(event) => {
        event.preventDefault();
        act({ op: "rename", cell_id: cell, name: asked.value.trim() });
      }}
    >
      <label>
        {say("name")}
        <input
          type="text"
          maxLength={100}
          value={asked.value}
          onInput={(event) => (asked.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="main" disabled={["", name].includes(asked.value.trim())}>
        {say("do_rename")}
      </button>
    </form>
  );
}
