import { useSignal } from "@preact/signals";
import type { Kind } from "../../api/public";
import { tellNearby } from "../../text/nearby";
import { district } from "../shell/district";
import { Toggle } from "../shell/toggle";
import { firsts, kindName, refusal } from "./answering";
import { kind, place } from "./state";

const FIRST = new Set([
  ...["elder_care_center", "day_care_station", "elder_canteen", "clinic"],
  ...["health_station", "pharmacy", "market", "community_service_station"],
]);

/** The kinds of services as large buttons, each with the minutes to the nearest. */
export function Kinds() {
  const all = useSignal(false);
  const kinds = district.value?.kinds ?? [];
  const common = kinds.filter((one) => FIRST.has(one.name) || one.name === kind.value);
  const some = common.length > 0 && common.length < kinds.length;
  const rest = kinds.length - common.length;
  return (
    <section aria-labelledby="what">
      <h2 id="what">{tellNearby("what")}</h2>
      <p role="status" class="quiet">
        {place.value ? refusal(firsts.value) : tellNearby("place_first")}
      </p>
      <ul class="kinds">
        {(some && !all.value ? common : kinds).map((one) => (
          <li key={one.name}>
            <KindButton kind={one} />
          </li>
        ))}
      </ul>
      {some && (
        <Toggle shows={all}>
          {all.value ? tellNearby("fewer") : tellNearby("more", { count: rest })}
        </Toggle>
      )}
    </section>
  );
}

function KindButton(props: { kind: Kind }) {
  const { name, glyph, colour } = props.kind;
  return (
    <button
      type="button"
      class="kind"
      aria-pressed={kind.value === name}
      disabled={!place.value}
      onClick={() => {
        kind.value = name;
        requestAnimationFrame(() => document.getElementById("answers")?.focus());
      }}
    >
      <span class="glyph" aria-hidden="true" style={{ background: colour }}>
        {glyph}
      </span>
      <span>
        {kindName(props.kind)}
        <small>{minutesTo(name)}</small>
      </span>
    </button>
  );
}

function minutesTo(name: string): string {
  if (firsts.value.state !== "here") return "";
  const nearest = firsts.value.value[name]?.[0];
  return nearest
    ? tellNearby("minutes", { minutes: minutes(nearest.walk_s) })
    : tellNearby("too_far");
}

/** Whole minutes of a walk, at least one. */
export function minutes(walk_s: number): number {
  return Math.max(1, Math.round(walk_s / 60));
}
