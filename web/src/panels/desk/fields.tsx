import { useSignal } from "@preact/signals";
import type { Place } from "../../api/public";
import { tell } from "../../text/cases";
import { refusal } from "../cases/report_form";
import { WhereField } from "../cases/where_field";

/** A field of a form: text, a number, or one of some choices (value and label). */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "number";
  readonly choices?: readonly (readonly [string, string])[];
  readonly optional?: boolean;
  readonly value?: string;
}

interface Props {
  readonly title: string;
  readonly fields: readonly Field[];
  /** Whether one may also say where. */
  readonly placed?: boolean;
  readonly send: (values: Readonly<Record<string, string>>, place: Place | null) => Promise<void>;
}

/** A form that is unfolded when it is wanted, and says what was refused. */
export function FieldsForm({ title, fields, placed, send }: Props) {
  const place = useSignal<Place | null>(null);
  const message = useSignal("");
  const busy = useSignal(false);
  const submit = async (form: HTMLFormElement) => {
    const values = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
    busy.value = true;
    try {
      await send(Object.fromEntries(values), place.value);
      place.value = null;
      form.reset();
      message.value = tell("saved");
    } catch (error) {
      message.value = refusal(error);
    }
    busy.value = false;
  };
  return (
    <details class="screen">
      <summary>{title}</summary>
      <form
        aria-label={title}
        class="choosers"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        {fields.map((field) => (
          <Labelled key={field.name} field={field} />
        ))}
        {placed && (
          <WhereField
            place={place.value}
            onPlace={(found) => {
              place.value = found;
            }}
          />
        )}
        <button type="submit" class="main" disabled={busy.value}>
          {tell("save")}
        </button>
      </form>
      <p role="status">{message.value}</p>
    </details>
  );
}

function Labelled({ field }: { field: Field }) {
  const { name, label, type = "text", choices, optional = false, value = "" } = field;
  const id = `field-${name}`;
  const shared = { id, name, required: !optional };
  return (
    <label for={id}>
      {label}
      {choices ? (
        <select {...shared}>
          {optional && <option value="" />}
          {choices.map(([one, said]) => (
            <option key={one} value={one}>
              {said}
            </option>
          ))}
        </select>
      ) : type === "number" ? (
        <input type="number" min={0} max={1_000_000} defaultValue={value} {...shared} />
      ) : (
        <input type="text" maxLength={100} defaultValue={value} {...shared} />
      )}
    </label>
  );
}
