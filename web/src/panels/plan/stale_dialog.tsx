import { drawing } from "../../draw/drawing";
import { decide, keepMine, lookAtEdit, mergeBoth, stale, takeTheirs } from "../../draw/save";
import { language } from "../../text/language";
import { operationName } from "../../text/plan/operations";
import { refusalText } from "../../text/plan/refusals";
import { say } from "../../text/plan/saving";
import { Dialog } from "./dialog";

const CHOICES = [
  ["theirs", "use_theirs"],
  ["mine", "use_mine"],
] as const;

/** Somebody saved before: keep mine, take theirs, or both where they go together. */
export function StaleDialog() {
  const found = stale.value;
  if (found === null) return null;
  const { theirs, mine, choices } = found;
  const close = () => {
    stale.value = null;
  };
  return (
    <Dialog title={say("stale")} onClose={close}>
      <p>{say("stale_text", { mine: drawing.value?.revision ?? 0, theirs: theirs.revision })}</p>
      <ul>
        {theirs.saved.map((one) => (
          <li key={one.revision}>
            {say("by", {
              author: one.author,
              at: new Date(one.saved_at).toLocaleTimeString(language.value),
              ops: one.ops.map(({ op }) => operationName(op)).join("、"),
            })}
          </li>
        ))}
      </ul>
      <p>{say("fits", { n: theirs.fits.length })}</p>
      {theirs.clashes.length > 0 && (
        <>
          <p>{say("clashes", { n: theirs.clashes.length })}</p>
          {theirs.clashes.map(({ index, code }) => (
            <fieldset key={index} class="clash">
              <legend>
                {operationName(mine[index]?.op ?? "")} <small>{refusalText(code) ?? code}</small>
              </legend>
              {CHOICES.map(([choice, label]) => (
                <label key={choice}>
                  <input
                    type="radio"
                    name={`clash-${index}`}
                    checked={(choices.get(index) ?? "theirs") === choice}
                    onChange={() => decide(index, choice)}
                  />
                  {say(label)}
                </label>
              ))}
              <button type="button" class="quiet" onClick={() => lookAtEdit(index)}>
                {say("look")}
              </button>
            </fieldset>
          ))}
        </>
      )}
      <div class="row">
        <button
          type="button"
          class="main"
          disabled={theirs.fits.length === 0 && ![...choices.values()].includes("mine")}
          onClick={() => mergeBoth()}
        >
          {say("merge")}
        </button>
        <button type="button" onClick={() => takeTheirs()}>
          {say("theirs")}
        </button>
        <button type="button" onClick={() => keepMine()}>
          {say("mine")}
        </button>
        <button type="button" class="quiet" onClick={close}>
          {say("later")}
        </button>
      </div>
      <p class="hint">{say("mine_note")}</p>
    </Dialog>
  );
}
