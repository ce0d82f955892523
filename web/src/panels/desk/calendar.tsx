import { useSignal } from "@preact/signals";
import { newId } from "../../api/cases";
import { type Due, listDue, saveEntry } from "../../api/registers";
import { tell } from "../../text/cases";
import { labelOf } from "../../text/language";
import { refusal } from "../cases/report_form";
import { Acts } from "../shell/acts";
import { useAsked } from "../shell/use_asked";
import { communities } from "./state";
import { Table } from "./table";

/** Meetings and publications of a year, held or due, and the calendar of them. */
export default function CalendarPanel() {
  const year = new Date().getFullYear();
  const rows = useSignal<readonly Due[]>([]);
  const message = useSignal("");
  const today = new Date().toISOString().slice(0, 10);
  const load = useAsked(
    () => listDue(year),
    (found) => {
      rows.value = found;
    },
  );
  const hold = async (one: Due) => {
    const community = communities.value.find(({ id, parent }) => [id, parent].includes(one.unit));
    try {
      await saveEntry("meetings", newId(), 0, {
        kind: one.meeting,
        title: one.label,
        community_id: community?.id ?? "",
        from_at: `${today}T00:00:00Z`,
      });
      message.value = tell("saved");
      load();
    } catch (error) {
      message.value = refusal(error);
    }
  };
  return (
    <>
      <p class="actions">
        <a class="button" href={`/api/calendar.ics?year=${year}`}>
          {tell("ical")}
        </a>
      </p>
      <p class="quiet">{tell("ical_help")}</p>
      <p role="status">{message.value}</p>
      <Table
        label={tell("calendar")}
        heads={[tell("due"), tell("unit"), tell("what"), tell("state")]}
        rows={rows.value}
        keyOf={(one) => `${one.meeting} ${one.unit} ${one.due}`}
        cells={(one) => [
          one.due,
          one.name,
          labelOf(one),
          one.held ? (
            tell("held")
          ) : one.begins <= today && today <= one.due ? (
            <Acts key="hold" act={() => hold(one)}>
              {tell("hold")}
            </Acts>
          ) : (
            <span key="late" class={one.due < today ? "short" : ""}>
              {tell(one.due < today ? "not_held" : "later")}
            </span>
          ),
        ]}
      />
    </>
  );
}
