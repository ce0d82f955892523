import { useSignal } from "@preact/signals";
import { tellNearby } from "../../text/nearby";

/** A way to delete what this device keeps of the answers. */
export function Forget() {
  const message = useSignal("");
  const forget = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("onegrid-answers")) await caches.delete(name);
    }
    message.value = tellNearby("forgotten");
  };
  if (!("caches" in window)) return null; // no worker without https: nothing is kept
  return (
    <p>
      <button type="button" onClick={() => void forget()}>
        {tellNearby("forget")}
      </button>{" "}
      <span role="status">{message.value}</span>
    </p>
  );
}
