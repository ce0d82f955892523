import type { Unit } from "../../api/board";
import { type OfficeKey, tell } from "../../text/office";

const CAUSES: Readonly<Record<string, OfficeKey>> = {
  covered: "covered",
  full: "full",
  closed: "closed",
  severed: "severed",
  far: "far",
  none: "no_facility",
};

const whole = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 0 });
const share = new Intl.NumberFormat("zh-CN", { style: "percent", maximumFractionDigits: 1 });

/** A count as people read it; null is one that may not be published. */
export const count = (value: number | null) =>
  value === null ? tell("hidden") : whole.format(value);

/** A share; where nobody lives there is none. */
export function shareOf(unit: Unit): string {
  if (unit.people === 0) return tell("empty");
  return unit.covered_share === null ? tell("hidden") : share.format(unit.covered_share);
}

export const percent = (value: number) => share.format(value);

/** The cause of a gap in its word. */
export function causeOf(unit: Unit): string {
  const known = CAUSES[unit.cause ?? ""];
  if (known) return tell(known);
  return tell(unit.people === 0 ? "empty" : "hidden");
}

export function worstOf(unit: Unit): string {
  if (unit.worst_walk_s === null) return tell("empty");
  return tell("minutes", { minutes: Math.round(unit.worst_walk_s / 60) });
}

/** Floor area against the norm: only units that the norm speaks of have both. */
export function areaOf({ floor_area_m2, required_floor_area_m2 }: Unit): string {
  if (required_floor_area_m2 === null) return tell("empty");
  return `${whole.format(floor_area_m2 ?? 0)} / ${whole.format(required_floor_area_m2)}`;
}

export const isShort = ({ floor_area_m2, required_floor_area_m2 }: Unit) =>
  required_floor_area_m2 !== null && (floor_area_m2 ?? 0) < required_floor_area_m2;
