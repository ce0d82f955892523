import type { Signal } from "@preact/signals";

/** A line of text as wide as the panel, labelled in itself. */
export function WideField(props: { label: string; most: number; text: Signal<string> }) {
  return (
    <input
      type="text"
      class="wide"
      maxLength={props.most}
      aria-label={props.label}
      placeholder={props.label}
      value={props.text.value}
      onInput={(event) => (props.text.value = event.currentTarget.value)}
    />
  );
}
