import { useSignal } from "@preact/signals";
import { type Move, newId, type WholeCase } from "../../api/cases";
import { tell } from "../../text/report";
import { stateName, stateOf, tierName, when } from "./flows";
import { refusal } from "./report_form";

interface Props {
  readonly shown: WholeCase;
  readonly make: (move: Move) => Promise<void>;
}

/** What could be done next with a case, in the words of its flow. */
export function NextMoves({ shown, make }: Props) {
  const note = useSignal("");
  const message = useSignal("");
  const busy = useSignal(false);
  const go = async ({ kind, to }: WholeCase["next_moves"][number]) => {
    const needs = kind !== "advance" || stateOf(shown.flow, to)?.needs.includes("note");
    if (needs && note.value.trim() === "") {
      message.value = tell("MOVE_NEEDS");
      return;
    }
    busy.value = true;
    try {
      await make({
        move_id: newId(),
        base_revision: shown.revision,
        kind,
        to: kind === "advance" ? to : "",
        note: note.value,
        told_at: `${new Date().toISOString().slice(0, 19)}Z`,
      });
      note.value = "";
      message.value = "";
    } catch (error) {
      message.value = refusal(error);
    }
    busy.value = false;
  };
  const moves = shown.next_moves.filter(({ kind }) => tellable(kind));
  if (moves.length === 0) return <p class="quiet">{tell("no_moves")}</p>;
  return (
    <div class="moves">
      <label>
        {tell("note")}
        <textarea
          rows={2}
          maxLength={2000}
          value={note.value}
          onInput={({ currentTarget }) => {
            note.value = currentTarget.value;
          }}
        />
      </label>
      <p class="actions">
        {moves.map((next) => (
          <button
            key={next.kind}
            type="button"
            class={next.kind === "advance" ? "main" : ""}
            disabled={busy.value}
            onClick={() => void go(next)}
          >
            {tell(next.kind, { state: stateName(shown.flow, next.to) })}
          </button>
        ))}
      </p>
      <p role="status">{message.value}</p>
    </div>
  );
}

const tellable = (kind: string) => ["advance", "escalate", "reopen"].includes(kind);

/** Every move of a case, the first one first. */
export function Past({ shown }: { shown: WholeCase }) {
  return (
    <ol class="past">
      {shown.moves.map((move) => (
        <li key={move.number}>
          <strong>{stateName(shown.flow, move.state)}</strong>{" "}
          {move.tier && <span>{tierName(move.tier)}</span>}{" "}
          <small class="quiet">
            {when(move.at)} {move.actor || tell(move.kind === "open" ? "reporter" : "nobody")}
          </small>
          {move.note && <span class="note">{move.note}</span>}
        </li>
      ))}
    </ol>
  );
}
