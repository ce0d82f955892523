import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { ServiceError } from "../../api/client";
import { type LoginKey, tell, zh } from "../../text/login";

const KNOWN = new Set(Object.keys(zh));

/** A form that sends its fields, and tells in words what was refused. */
export function SecretForm(props: {
  heading: string;
  action: string;
  send: (fields: Readonly<Record<string, string>>) => Promise<LoginKey | undefined>;
  children: ComponentChildren;
}) {
  const message = useSignal<LoginKey | null>(null);
  const busy = useSignal(false);
  const submit = async (form: HTMLFormElement) => {
    const fields = Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, String(value)]),
    );
    busy.value = true;
    try {
      message.value = (await props.send(fields)) ?? null;
      if (message.value !== "different") form.reset();
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : "";
      message.value = KNOWN.has(code) ? (code as LoginKey) : "failed";
    }
    busy.value = false;
  };
  return (
    <form
      aria-label={props.heading}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      {props.children}
      <p class="actions">
        <button type="submit" class="main" disabled={busy.value}>
          {props.action}
        </button>
      </p>
      <p role="status">{message.value && tell(message.value)}</p>
    </form>
  );
}

/** A field of a form; browsers fill it in by what it completes. */
export function Field(props: { name: string; label: string; complete: string; secret?: boolean }) {
  const { name, complete: autocomplete } = props;
  const id = `field-${name}`;
  const shared = { id, name, autocomplete, maxLength: 200, required: true };
  const chosen = autocomplete === "new-password" ? { minLength: 10 } : {};
  return (
    <label for={id}>
      {props.label}
      {props.secret ? (
        <input type="password" {...shared} {...chosen} />
      ) : (
        <input type="text" {...shared} />
      )}
    </label>
  );
}

/** The two fields in which a new password is chosen. */
export function NewPassword() {
  return (
    <>
      <Field name="password" label={tell("new")} complete="new-password" secret />
      <Field name="again" label={tell("again")} complete="new-password" secret />
    </>
  );
}
