import { useSignal } from "@preact/signals";
import { tell } from "../../text/resident";

/** What happens to the place somebody gave, and a way to delete what this device keeps. */
export function Privacy() {
  const message = useSignal("");
  const forget = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("onegrid-answers")) await caches.delete(name);
    }
    message.value = tell("forgotten");
  };
  return (
    <footer class="quiet">
      <p>{tell("privacy")}</p>
      {"caches" in window && (
        <p>
          <button type="button" onClick={() => void forget()}>
            {tell("forget")}
          </button>{" "}
          <span role="status">{message.value}</span>
        </p>
      )}
    </footer>
  );
}
