import { useSignal } from "@preact/signals";
import { tellNearby } from "../../text/nearby";
import { Later } from "../shell/later";
import { firsts } from "./answering";
import { link, place } from "./state";

/** A link to what is shown, and a notice for the door with the same link as a picture. */
export function Share() {
  const message = useSignal("");
  const printing = useSignal(false);
  if (!place.value) return null;
  const address = `${location.origin}/${link.value}`;
  const copy = async (event: { currentTarget: HTMLElement }) => {
    const field = event.currentTarget.closest("section")?.querySelector("input");
    try {
      await navigator.clipboard.writeText(address);
      message.value = tellNearby("copied");
    } catch {
      field?.select(); // no clipboard without https: the browser's own menu copies it
    }
  };
  return (
    <section aria-labelledby="share">
      <h2 id="share">{tellNearby("share")}</h2>
      <label>
        {tellNearby("share_link")}
        <input readOnly value={address} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <p class="quiet">{tellNearby("share_help")}</p>
      <div class="actions">
        <button type="button" onClick={(event) => void copy(event)}>
          {tellNearby("copy")}
        </button>
        {firsts.value.state === "here" && (
          <button
            type="button"
            onClick={() => {
              printing.value = true;
            }}
          >
            {tellNearby("notice")}
          </button>
        )}
      </div>
      <p role="status">{message.value}</p>
      {printing.value && (
        <Later
          load={() => import("./notice")}
          with={{
            close: () => {
              printing.value = false;
            },
          }}
        />
      )}
    </section>
  );
}
