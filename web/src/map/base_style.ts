import type { StyleSpecification } from "maplibre-gl";

/** Letters that the browser draws itself: no glyph file is asked for. */
export const LETTERS = [
  "PingFang SC",
  "Microsoft YaHei",
  "Noto Sans CJK SC",
  "WenQuanYi Micro Hei",
  "sans-serif",
];

/** Colours of the ground: quiet enough that cells and their borders stand out. */
export const GROUND = {
  land: "#f5f1e8",
  water: "#c9dde6",
  park: "#e2ead6",
  building: "rgb(92 78 56 / 16%)",
  road: "#fffdf8",
  roadEdge: "rgb(120 105 80 / 28%)",
  path: "#b9ab92",
  name: "#6d675c",
} as const;

/** The style of an empty map. */
export function baseStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: "land", type: "background", paint: { "background-color": GROUND.land } }],
  };
}
