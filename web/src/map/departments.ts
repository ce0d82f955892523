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

/** Show a department's old grid so strongly; at 0 it is not drawn at all. */
export function showDepartment(map: MapView, name: string, order: number, opacity: number): void {
  const colour = DEPARTMENT_COLOURS[order % DEPARTMENT_COLOURS.length] ?? "#c2410c";
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
  addInOrder(map, { id: fill, type: "fill", ...common, paint: { "fill-color": colour } });
  addInOrder(map, {
    id: line,
    type: "line",
    ...common,
    paint: { "line-color": colour, "line-width": 2, "line-dasharray": [3, 1 + order * 0.5] },
  });
  addInOrder(map, {
    id: text,
    type: "symbol",
    ...common,
    minzoom: 15,
    layout: { "text-field": ["get", "code"], "text-font": LETTERS, "text-size": 11 },
    paint: { "text-color": colour, "text-halo-color": "#fff", "text-halo-width": 1.5 },
  });
  map.setPaintProperty(fill, "fill-opacity", opacity * 0.07);
  map.setPaintProperty(line, "line-opacity", opacity);
  map.setPaintProperty(text, "text-opacity", opacity);
  for (const id of [fill, line, text]) {
    map.setLayoutProperty(id, "visibility", opacity > 0 ? "visible" : "none");
  }
}
