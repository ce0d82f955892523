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
  building: "#e5ddcf",
  road: "#ffffff",
  roadEdge: "#ddd5c6",
  path: "#d9cfbd",
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
