import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

/** A button that shows and hides something; `name` is said in place of its words. */
export function Toggle(props: {
  shows: Signal<boolean>;
  class?: string;
  name?: string;
  children: ComponentChildren;
}) {
  const { shows } = props;
  return (
    <button
      type="button"
      class={props.class}
      aria-expanded={shows.value}
      aria-label={props.name}
      onClick={() => {
        shows.value = !shows.value;
      }}
    >
      {props.children}
    </button>
  );
}
