import { useSignal } from "@preact/signals";

/** Give something a name to keep it under. */
export function NameForm(props: {
  label: string;
  keep: string;
  enabled?: boolean;
  onName: (name: string) => void;
}) {
  const name = useSignal("");
  const given = name.value.trim();
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        props.onName(given);
        name.value = "";
      }}
    >
      <input
        type="text"
        maxLength={60}
        aria-label={props.label}
        placeholder={props.label}
        value={name.value}
        onInput={(event) => (name.value = event.currentTarget.value)}
      />
      <button type="submit" disabled={given === "" || props.enabled === false}>
        {props.keep}
      </button>
    </form>
  );
}
