import { type NearbyKey, tellNearby } from "../../text/nearby";

const DAY_MIN = 24 * 60;
const WEEK_MIN = 7 * DAY_MIN;
const CHINA_MS = 8 * 3_600_000; // one time for the whole country, whatever the device says
const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

export interface Opening {
  readonly open: boolean;
  /** Minute of the week when that ends; null when it never does. */
  readonly changes: number | null;
}

/** Minutes since Monday 00:00 in China. */
export function minuteOfWeek(now: number): number {
  const there = new Date(now + CHINA_MS);
  const day = (there.getUTCDay() + 6) % 7;
  return day * DAY_MIN + there.getUTCHours() * 60 + there.getUTCMinutes();
}

/** Whether spans of a week are open at a minute of it, and when that changes. */
export function openingAt(spans: readonly (readonly [number, number])[], minute: number): Opening {
  const inside = spans.find(
    ([start, end]) => (start <= minute && minute < end) || minute + WEEK_MIN < end,
  );
  if (inside) {
    const always = inside[1] - inside[0] >= WEEK_MIN;
    return { open: true, changes: always ? null : inside[1] % WEEK_MIN };
  }
  const next = spans.find(([start]) => start > minute) ?? spans[0];
  return { open: false, changes: next ? next[0] : null };
}

/** When a minute of the week is, as people say it. */
export function sayWhen(minute: number, now: number): string {
  const day = Math.floor(minute / DAY_MIN);
  const clock = `${Math.floor((minute % DAY_MIN) / 60)}:${String(minute % 60).padStart(2, "0")}`;
  if (day === Math.floor(now / DAY_MIN)) return tellNearby("today", { time: clock });
  return tellNearby("at", { day: dayName(day), time: clock });
}

/** Opening hours with the names of days in words; what is no abbreviation stays as it is. */
export function hoursInWords(text: string): string {
  if (text === "24/7") return tellNearby("always");
  return text
    .replace(/\bMo-Su\b/g, tellNearby("every_day"))
    .replace(/\b(Mo|Tu|We|Th|Fr|Sa|Su)\b/g, (day) => dayName(DAYS.indexOf(day)))
    .replace(/,/g, ", ");
}

function dayName(day: number): string {
  return tellNearby(`day_${day}` as NearbyKey);
}
