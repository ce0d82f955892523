import { useSignal } from "@preact/signals";
import { tell } from "../../text/report";

/** The address of this very page, to be kept by whoever reported. */
export function OwnLink() {
  const copied = useSignal(false);
  const address = location.href;
  const copy = async (field: HTMLInputElement | null | undefined) => {
    try {
      await navigator.clipboard.writeText(address);
      copied.value = true;
    } catch {
      field?.select(); // no clipboard without https: the browser's own menu copies it
    }
  };
  return (
    <section aria-label={tell("link")}>
      <label>
        {tell("link")}
        <input readOnly value={address} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <p class="actions">
        <button
          type="button"
          onClick={({ currentTarget }) =>
            void copy(currentTarget.closest("section")?.querySelector("input"))
          }
        >
          {tell("copy")}
        </button>
      </p>
      <p role="status">{copied.value && tell("copied")}</p>
    </section>
  );
}
