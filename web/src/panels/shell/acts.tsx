import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

/** A button that rests until what it does is done, so that a second press asks for nothing. */
export function Acts(props: {
  act: () => Promise<unknown>;
  class?: string;
  children: ComponentChildren;
}) {
  const busy = useSignal(false);
  const act = async () => {
    if (busy.value) return;
    busy.value = true;
    try {
      await props.act();
    } finally {
      busy.value = false;
    }
  };
  return (
    <button type="button" class={props.class} aria-busy={busy.value} onClick={() => void act()}>
      {props.children}
    </button>
  );
}
