import { useEffect, useRef } from "preact/hooks";
import { encode } from "uqr";
import type { Service } from "../../api/public";
import { language } from "../../text/language";
import { tellNearby } from "../../text/nearby";
import { district } from "../shell/district";
import { firsts, home, kindName } from "./answering";
import { hoursInWords } from "./hours";
import { minutes } from "./kinds";
import { link, pace, place, placeName } from "./state";

const ROWS = 12;

/** A page for the door of a building: the nearest of every kind, and where to ask on. */
export default function Notice({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const cell = home.value.state === "here" ? home.value.value : null;
  const contact = cell?.contacts.find((one) => one.phone);
  const today = new Date().toLocaleDateString(language.value === "zh" ? "zh-CN" : "en");
  return (
    <dialog ref={dialog} class="notice" aria-labelledby="notice" onClose={close}>
      <div class="actions screen">
        <button type="button" class="main" onClick={() => print()}>
          {tellNearby("notice_print")}
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          {tellNearby("notice_close")}
        </button>
      </div>
      <article>
        <h2 id="notice">{tellNearby("notice_title")}</h2>
        <p class="place">
          {placeName.value} {cell && `${cell.subdistrict} · ${cell.community} · ${cell.name}`}
        </p>
        {contact && (
          <p>
            {tellNearby(contact.of === "cell" ? "worker" : "committee")} {contact.name}{" "}
            <strong>{contact.phone}</strong>
          </p>
        )}
        <Table />
        <div class="scan">
          <Code text={`${location.origin}/${link.value}`} />
          <p>
            <strong>{tellNearby("notice_scan")}</strong>
            <br />
            {tellNearby("notice_pace", { pace: tellNearby(pace.value) })}
            <br />
            {tellNearby("notice_made", { date: today })}
          </p>
        </div>
      </article>
    </dialog>
  );
}

function Table() {
  const known = firsts.value.state === "here" ? firsts.value.value : {};
  const rows = (district.value?.kinds ?? []).flatMap((one) => {
    const first = known[one.name]?.[0];
    return first ? [{ one, first }] : [];
  });
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{tellNearby("kind")}</th>
          <th scope="col">{tellNearby("nearest")}</th>
          <th scope="col">{tellNearby("time")}</th>
          <th scope="col">{tellNearby("phone_hours")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, ROWS).map(({ one, first }) => (
          <tr key={one.name}>
            <th scope="row">{kindName(one)}</th>
            <td>{first.name || first.address}</td>
            <td>{tellNearby("minutes", { minutes: minutes(first.walk_s) })}</td>
            <td>{[first.phone, hours(first)].filter(Boolean).join(" ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function hours(service: Service): string {
  return service.open_spans ? hoursInWords(service.opening_hours) : service.opening_hours;
}

/** A QR code of some text, drawn by ourselves: no picture is asked from anywhere. */
function Code({ text }: { text: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join("");
  const place_text = place.value ? `${place.value.lat}, ${place.value.lon}` : "";
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`QR ${place_text}`}>
      <path d={path} />
    </svg>
  );
}
