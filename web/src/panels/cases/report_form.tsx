import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { newId, type Report } from "../../api/cases";
import { ServiceError } from "../../api/client";
import type { Place } from "../../api/public";
import { type ReportKey, tell, zh } from "../../text/report";
import { dutyName, dutyNames } from "./flows";
import { photoText } from "./photo";
import { WhereField } from "./where_field";

interface Props {
  readonly flow: string;
  /** Whether a key is made, by which whoever reports follows it. */
  readonly followed: boolean;
  readonly send: (report: Report) => Promise<ReportKey>;
  /** What is told beside the form of what is chosen so far. */
  readonly beside?: (duty: string, place: Place | null) => ComponentChildren;
}

/** An issue is reported: what, where, in words, with a photo if there is one. */
export function ReportForm({ flow, followed, send, beside }: Props) {
  const duty = useSignal("hazards");
  const place = useSignal<Place | null>(null);
  const message = useSignal("");
  const busy = useSignal(false);
  const id = useSignal(newId());
  const submit = async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const file = fields.get("photo");
    const photo = file instanceof File && file.size > 0 ? file : null;
    if (!place.value && !photo) {
      message.value = tell("no_place");
      return;
    }
    busy.value = true;
    try {
      const done = await send({
        issue_id: id.value,
        flow,
        duty: duty.value,
        text: String(fields.get("text") ?? ""),
        lon: place.value?.lon ?? null,
        lat: place.value?.lat ?? null,
        photo: photo && (await photoText(photo, !place.value)),
        key: followed ? newId() : null,
        contact: String(fields.get("contact") ?? ""),
      });
      message.value = tell(done);
      form.reset();
      place.value = null;
      id.value = newId();
    } catch (error) {
      message.value = refusal(error);
    }
    busy.value = false;
  };
  return (
    <form
      aria-label={tell("report")}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <label>
        {tell("duty")}
        <select
          value={duty.value}
          onChange={({ currentTarget }) => {
            duty.value = currentTarget.value;
          }}
        >
          {dutyNames().map((name) => (
            <option key={name} value={name}>
              {dutyName(name)}
            </option>
          ))}
        </select>
      </label>
      <WhereField
        place={place.value}
        onPlace={(found) => {
          place.value = found;
        }}
      />
      <label>
        {tell("words")}
        <textarea name="text" required maxLength={2000} rows={3} />
      </label>
      <label>
        {tell("photo")}
        <input type="file" name="photo" accept="image/*" capture="environment" />
      </label>
      {followed && (
        <label>
          {tell("contact")}
          <input type="text" name="contact" maxLength={100} autocomplete="tel" />
        </label>
      )}
      {beside?.(duty.value, place.value)}
      <p class="actions">
        <button type="submit" class="main" disabled={busy.value}>
          {tell("send")}
        </button>
      </p>
      <p role="status">{message.value}</p>
    </form>
  );
}

/** What a refused report is told in words. */
export function refusal(error: unknown): string {
  const code = error instanceof ServiceError ? error.code : "failed";
  return tell(Object.hasOwn(zh, code) ? (code as ReportKey) : "failed");
}
