import type { ExpressionSpecification } from "maplibre-gl";

export const THEMES = ["band", "community", "changed", "kept"] as const;
export type Theme = (typeof THEMES)[number];
type Fill = string | ExpressionSpecification;

const UNKNOWN = "#e9e5dc";
const OF_BAND = { under: "#8fb4cf", in: "#b4d2a8", over: "#e3a673" } as const;
const OF_CHANGE = { changed: "#e8c15a", same: "#e9e5dc" } as const;
const OF_KEPT = [
  [0, "#c9654f"],
  [0.5, "#e3b07a"],
  [0.8, "#d8d9a0"],
  [0.95, "#a3c69b"],
] as const;
/** Colours that neighbours are told apart by; none is a sign of good or bad. */
export const KINDRED = [
  "#a6c4d8",
  "#e6c79c",
  "#b6d3ae",
  "#d5b5c8",
  "#c5c3e2",
  "#e3b8a0",
  "#a9d0c8",
  "#d9d39a",
] as const;

/** The colour of a cell in each theme, from the properties that `cellFeature` gives it. */
export const FILLS: Readonly<Record<Theme, Fill>> = {
  band: matched("band", OF_BAND),
  community: ["match", ["get", "kin"], ...KINDRED.flatMap((c, i) => [i, c]), UNKNOWN] as never,
  changed: ["case", ["get", "changed"], OF_CHANGE.changed, OF_CHANGE.same],
  kept: [
    "case",
    ["==", ["get", "kept"], null],
    UNKNOWN,
    ["step", ["get", "kept"], ...OF_KEPT.flatMap(([from, c], i) => (i ? [from, c] : [c]))],
  ] as never,
};

/** The entries of the legend of a theme: which message tells the colour, and the colour. */
export const LEGENDS: Readonly<Record<Theme, readonly (readonly [key: string, colour: string])[]>> =
  {
    band: [...Object.entries(OF_BAND), ["unknown", UNKNOWN]],
    community: [],
    changed: Object.entries(OF_CHANGE),
    kept: [
      ["kept0", OF_KEPT[0][1]],
      ["kept50", OF_KEPT[1][1]],
      ["kept80", OF_KEPT[2][1]],
      ["kept95", OF_KEPT[3][1]],
    ],
  };

function matched(property: string, colours: Readonly<Record<string, string>>): Fill {
  return ["match", ["get", property], ...Object.entries(colours).flat(), UNKNOWN] as never;
}
