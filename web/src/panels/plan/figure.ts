import { language } from "../../text/language";
import { say } from "../../text/plan/scenarios";

/** A count as it is told; one that is not published says so. */
export function figure(value: number | null): string {
  return value === null ? say("hidden") : value.toLocaleString(language.value);
}

/** A share in per cent. */
export function percent(share: number, digits = 0): string {
  return share.toLocaleString(language.value, {
    style: "percent",
    maximumFractionDigits: digits,
  });
}
