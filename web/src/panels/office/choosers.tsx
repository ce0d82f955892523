import type { Signal } from "@preact/signals";
import { language } from "../../text/language";
import { tell } from "../../text/office";
import { district } from "../shell/district";
import { percent } from "./figures";
import { board, find, gapsOnly, kind, profile } from "./state";

/** What a kind or a profile is called; its own word where nobody knows it. */
export function label(name: string, known: "kinds" | "profiles"): string {
  const one = district.value?.[known].find((entry) => entry.name === name);
  return one ? one[language.value === "zh" ? "label_zh" : "label_en"] : name;
}

/** Which service, who walks, and which rows. */
export function Choosers() {
  const { kinds = [], profiles = [] } = board.value ?? {};
  return (
    <search class="choosers">
      <Chooser id="kind" text={tell("kind")} from={kinds} known="kinds" into={kind} />
      <Chooser
        id="profile"
        text={tell("profile")}
        from={profiles}
        known="profiles"
        into={profile}
      />
      <label>
        {tell("find")}
        <input
          placeholder=" "
          value={find.value}
          onInput={(event) => (find.value = event.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={gapsOnly.value}
          onChange={(event) => (gapsOnly.value = event.currentTarget.checked)}
        />
        {tell("gaps_only")}
      </label>
    </search>
  );
}

function Chooser(props: {
  id: string;
  text: string;
  from: readonly string[];
  known: "kinds" | "profiles";
  into: Signal<string>;
}) {
  return (
    <label>
      {props.text}
      <select
        value={props.into.value || props.from[0]}
        onChange={(event) => (props.into.value = event.currentTarget.value)}
      >
        {props.from.map((name) => (
          <option key={name} value={name}>
            {label(name, props.known)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The norm of the chosen service, and whether anybody has read it at its source. */
export function NormLine() {
  return (
    <ul class="norms">
      {(board.value?.norms ?? []).map((norm) => (
        <li key={`${norm.title}${norm.clause}${norm.per}`}>
          <strong>{tell("norm")}</strong>{" "}
          {norm.minutes !== null && tell("norm_minutes", { minutes: norm.minutes })}
          {norm.floor_m2_min !== null &&
            ` · ${tell("norm_floor", { per: per(norm.per), area: norm.floor_m2_min })}`}{" "}
          <small class="quiet" lang="zh-CN">
            {norm.title} {norm.clause}
          </small>{" "}
          <mark>{tell(norm.confidence === "seen" ? "verified" : "unverified")}</mark>
        </li>
      ))}
    </ul>
  );
}

function per(word: string): string {
  if (word === "community") return tell("per_community");
  return tell(word === "subdistrict" ? "per_subdistrict" : "per_facility");
}

/** Five steps of a covered share, from few to all. */
export const STEPS: readonly (readonly [number, string])[] = [
  [0, "#a63603"],
  [0.25, "#e6772e"],
  [0.5, "#fdbe85"],
  [0.75, "#c6dfee"],
  [0.95, "#4f9bc6"],
];

export function Legend() {
  return (
    <p class="legend">
      <strong>{tell("legend")}</strong>
      {STEPS.map(([from, colour], i) => (
        <span key={colour}>
          <span style={{ background: colour }} aria-hidden="true" />
          {percent(from)}–{percent(STEPS[i + 1]?.[0] ?? 1)}
        </span>
      ))}
      <span>
        <span class="unknown" aria-hidden="true" />
        {tell("hidden")}
      </span>
    </p>
  );
}
