import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { asked } from "../../api/asked";
import {
  moveCase,
  photoOf,
  type Register,
  readCase,
  readContact,
  type WholeCase,
} from "../../api/cases";
import { tell } from "../../text/cases";
import { dutyName, flowName, stateName, tierName, when } from "../cases/flows";
import { NextMoves, Past } from "../cases/moves";
import { refusal } from "../cases/report_form";
import { unitName } from "./state";

interface Props {
  readonly register: Register;
  readonly id: string;
  readonly changed: () => void;
  readonly close: () => void;
}

/** One case: its words, what was done, and what can be done next. */
export function CaseCard({ register, id, changed, close }: Props) {
  const shown = useSignal<WholeCase | null>(null);
  const contact = useSignal<string | null>(null);
  const message = useSignal("");
  const heading = useRef<HTMLHeadingElement>(null);
  const put = (found: WholeCase) => {
    shown.value = found;
  };
  useEffect(
    () =>
      asked(
        (stopped) => readCase(register, id, stopped),
        put,
        (error) => {
          message.value = refusal(error);
        },
      ),
    [id],
  );
  const found = shown.value;
  useEffect(() => heading.current?.focus(), [found === null]);
  if (!found) return <p role="status">{message.value}</p>;
  const call = () =>
    readContact(id).then(
      (told) => {
        contact.value = told || tell("no_contact");
      },
      (error) => {
        contact.value = refusal(error);
      },
    );
  return (
    <section class="card" aria-labelledby="case">
      <h2 id="case" ref={heading} tabIndex={-1}>
        {register === "issues" ? dutyName(found.kind) : found.title}
      </h2>
      <p>{found.body}</p>
      <dl class="pairs">
        <dt>{tell("flow")}</dt>
        <dd>{flowName(found.flow)}</dd>
        <dt>{tell("state")}</dt>
        <dd>
          <strong>{stateName(found.flow, found.state)}</strong> {tierName(found.tier)}
        </dd>
        <dt>{tell("unit")}</dt>
        <dd>
          {unitName(found.community_id)} {found.cell_id && unitName(found.cell_id)}
        </dd>
        {found.due_at && (
          <>
            <dt>{tell("due")}</dt>
            <dd class={found.overdue ? "short" : ""}>{when(found.due_at)}</dd>
          </>
        )}
        {found.score !== null && (
          <>
            <dt>{tell("score")}</dt>
            <dd>{found.score}</dd>
          </>
        )}
        {found.workers.length > 0 && (
          <>
            <dt>{tell("workers")}</dt>
            <dd>{found.workers.join("、")}</dd>
          </>
        )}
      </dl>
      {found.photo && <img src={photoOf(id)} alt={tell("photo")} />}
      <NextMoves
        shown={found}
        make={async (move) => {
          put(await moveCase(register, id, move));
          changed();
        }}
      />
      <h3>{tell("past")}</h3>
      <Past shown={found} />
      <p class="actions">
        {register === "issues" && (
          <button type="button" onClick={() => void call()}>
            {tell("contact")}
          </button>
        )}
        <button type="button" onClick={close}>
          {tell("close")}
        </button>
      </p>
      <p role="status">{contact.value}</p>
    </section>
  );
}
