import { signal } from "@preact/signals";
import { inMetres } from "../../model/edit";
import type { Point } from "../../model/point";
import { act, drawing } from "../drawing";
import { nearestBorder } from "../pick";
import type { Mode } from "./mode";

/** Where a vertex would be put. */
export const insertAt = signal<Point | null>(null);

/** Put a vertex on a border by a click. */
export const insertMode: Mode = {
  hover: (at) => {
    const now = drawing.value?.now;
    insertAt.value = (now && nearestBorder(now, at.place, at.reach)?.place) ?? null;
  },
  click: (at) => {
    const now = drawing.value?.now;
    const met = now && nearestBorder(now, at.place, at.reach);
    if (met) act({ op: "insert_vertex", near: inMetres(met.place) });
  },
};
