import { expect, test } from "vitest";
import type { Stop } from "../../api/cases";
import { metresBetween, similarTo } from "./near";

const AT = { lon: 114.3, lat: 30.6 };
const stop = (id: string, kind: string, lon: number | null) =>
  ({ case_id: id, kind, lon, lat: lon === null ? null : AT.lat }) as Stop;

test("a thousandth of a degree is what the ellipsoid says, to half a percent", () => {
  // geodesic lengths at 30.6 degrees north: 95.87 m eastwards, 110.86 m northwards
  expect(metresBetween(AT, { ...AT, lon: AT.lon + 0.001 }) / 95.87).toBeCloseTo(1, 2);
  expect(metresBetween(AT, { ...AT, lat: AT.lat + 0.001 }) / 110.86).toBeCloseTo(1, 2);
});

test("only issues of the same duty near by are suggested, the nearest first", () => {
  const stops = [
    stop("far", "hazards", 114.301),
    stop("second", "hazards", 114.3004),
    stop("other", "disputes", 114.3),
    stop("nowhere", "hazards", null),
    stop("first", "hazards", 114.3001),
  ];
  expect(similarTo(stops, "hazards", AT, 50).map((one) => one.stop.case_id)).toEqual([
    "first",
    "second",
  ]);
});
