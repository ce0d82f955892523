import { useSignal } from "@preact/signals";
import type { Service } from "../../api/public";
import { tellNearby } from "../../text/nearby";
import { Later } from "../shell/later";
import { Toggle } from "../shell/toggle";
import { Call } from "./home_cell";
import { hoursInWords, minuteOfWeek, openingAt, sayWhen } from "./hours";
import { minutes } from "./kinds";

/** One service: how far, whether it is open, how to call it, and the way there. */
export function ServiceCard({ service }: { service: Service }) {
  const mapped = useSignal(false);
  const name = service.name || tellNearby("unnamed");
  return (
    <article>
      <h3>{name}</h3>
      <p class="walk">
        {tellNearby("walk", {
          minutes: minutes(service.walk_s),
          metres: Math.round(service.distance_m),
        })}
      </p>
      <Open service={service} />
      {service.address && <p class="quiet">{service.address}</p>}
      <details>
        <summary>{tellNearby("way")}</summary>
        <ol lang="zh-CN" class="steps">
          {service.steps.map((step, i) => (
            <li key={i}>{step}</li>
          ))}
        </ol>
      </details>
      <div class="actions">
        <Call name={name} phone={service.phone} />
        <Toggle shows={mapped} name={`${tellNearby(mapped.value ? "map_close" : "map")} ${name}`}>
          {tellNearby(mapped.value ? "map_close" : "map")}
        </Toggle>
      </div>
      {mapped.value && <Later load={() => import("./route_map")} with={{ service }} />}
    </article>
  );
}

function Open({ service }: { service: Service }) {
  const now = minuteOfWeek(Date.now());
  const opening = service.open_spans && openingAt(service.open_spans, now);
  if (!opening) {
    return <p class="quiet">{service.opening_hours || tellNearby("hours_unknown")}</p>;
  }
  const when = opening.changes === null ? "" : sayWhen(opening.changes, now);
  return (
    <p>
      <span class={opening.open ? "open" : "closed"}>
        {tellNearby(opening.open ? "open" : "closed")}
      </span>{" "}
      {when && tellNearby(opening.open ? "until" : "opens", { when })}
      <small class="quiet"> {hoursInWords(service.opening_hours)}</small>
    </p>
  );
}
