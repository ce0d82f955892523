import type { Map as MapView } from "maplibre-gl";
import { LETTERS } from "./base_style";
import { addTiles } from "./ground";
import { addInOrder } from "./order";

/** Colours of departments' borders, far from those of cells and of each other. */
export const DEPARTMENT_COLOURS = [
  "#c2410c",
  "#1d4ed8",
  "#15803d",
  "#86198f",
  "#a16207",
  "#0e7490",
];

/** Add the old grids of departments, none of them shown yet. */
export function addDepartments(map: MapView, address: string): void {
  addTiles(map, address, "departments", 9);
}

/** How a layer is drawn: how strongly, from 0 (not) to 1, and in which colour. */
export interface Look {
  readonly opacity: number;
  readonly colour: string;
}

/** Show a department's old grid; at opacity 0 it is not drawn at all. */
export function showDepartment(map: MapView, name: string, { opacity, colour }: Look): void {
  const common = {
    source: "departments",
    "source-layer": "departments",
    filter: ["==", ["get", "department"], name] as never,
  };
  const [fill, line, text] = [
    `department-fill:${name}`,
    `department-line:${name}`,
    `department-name:${name}`,
  ] as const;
  addInOrder(map, { id: fill, type: "fill", ...common });
  addInOrder(map, {
    id: line,
    type: "line",
    ...common,
    paint: { "line-width": 2, "line-dasharray": [3, 1.5] },
  });
  addInOrder(map, {
    id: text,
    type: "symbol",
    ...common,
    minzoom: 15,
    layout: { "text-field": ["get", "code"], "text-font": LETTERS, "text-size": 11 },
    paint: { "text-halo-color": "#fff", "text-halo-width": 1.5 },
  });
  for (const [layer, what, strength] of [
    [fill, "fill", 0.07],
    [line, "line", 1],
    [text, "text", 1],
  ] as const) {
    map.setPaintProperty(layer, `${what}-color`, colour);
    map.setPaintProperty(layer, `${what}-opacity`, opacity * strength);
    map.setLayoutProperty(layer, "visibility", opacity > 0 ? "visible" : "none");
  }
}
