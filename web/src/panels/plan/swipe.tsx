import { useEffect, useRef } from "preact/hooks";
import { type Beside, beside, keepBeside, partedAt } from "../../draw/swipe";
import { createMap } from "../../map/create";
import { say } from "../../text/plan/layers";

/** Another layer to the right of a line that is moved across the map. */
export function Swipe() {
  const now = beside.value;
  return now === null ? null : <Parted key={`${now.what} ${now.name}`} beside={now} />;
}

function Parted({ beside }: { beside: Beside }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (holder.current === null) return;
    const made = createMap(holder.current, { interactive: false });
    const stop = keepBeside(made, beside);
    return () => {
      stop();
      made.remove();
    };
  }, []);
  return (
    <div class="swipe" style={{ "--at": partedAt.value }}>
      <div class="map second" ref={holder} />
      <div class="parting" />
      <input
        type="range"
        min="0"
        max="1"
        step="0.01"
        aria-label={say("parting")}
        value={partedAt.value}
        onInput={(event) => (partedAt.value = event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
