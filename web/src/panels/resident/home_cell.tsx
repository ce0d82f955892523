import type { Contact, HomeCell } from "../../api/public";
import { tellNearby } from "../../text/nearby";
import { home, refusal } from "./answering";

/** The cell somebody stands in, and whom to call there. */
export function HomeCellPanel() {
  const answer = home.value;
  if (answer.state === "none") return null;
  return (
    <section aria-labelledby="home" aria-busy={answer.state === "busy"}>
      <h2 id="home">{tellNearby("home")}</h2>
      <div role="status">
        {answer.state === "busy" && tellNearby("searching")}
        {answer.state === "here" ? <Told cell={answer.value} /> : refusal(answer)}
      </div>
    </section>
  );
}

function Told({ cell }: { cell: HomeCell }) {
  return (
    <>
      <p class="cell">
        <strong>{cell.name || cell.code}</strong>
        <span>
          {cell.subdistrict} · {cell.community}
        </span>
        <small>
          {tellNearby("code")} {cell.code}
        </small>
      </p>
      {cell.contacts.map((one) => (
        <Reach key={one.of} contact={one} />
      ))}
      {cell.contacts.length === 0 && (
        <p>
          {tellNearby("worker")}：{tellNearby("not_published")}
        </p>
      )}
    </>
  );
}

function Reach({ contact }: { contact: Contact }) {
  return (
    <p class="reach">
      {tellNearby(contact.of === "cell" ? "worker" : "committee")} <strong>{contact.name}</strong>
      <Call name={contact.name} phone={contact.phone} />
    </p>
  );
}

/** A button that calls, where there is something to call. */
export function Call({ name, phone }: { name: string; phone: string }) {
  if (phone.trim() === "") return null;
  return (
    <a
      class="button call"
      href={`tel:${phone.replace(/[^\d+*#]/g, "")}`}
      aria-label={`${tellNearby("call")} ${phone} ${name}`}
    >
      {tellNearby("call")} {phone}
    </a>
  );
}
