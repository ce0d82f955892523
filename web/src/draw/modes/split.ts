import { signal } from "@preact/signals";
import { inMetres } from "../../model/edit";
import { type Point, same } from "../../model/point";
import { chosen } from "../bench";
import { redrawing } from "../conflicts";
import { cancel, confirm, drawing, tryOut } from "../drawing";
import { freeIds } from "../ids";
import { atomAt } from "../pick";
import { snapped } from "../snap";
import type { At, Mode } from "./mode";

/** The line drawn so far, in steps; its last place is where the pointer or the keyboard is. */
export const line = signal<readonly Point[]>([]);

/** Draw a line through a cell; the end is told by Enter, or by a click on the last place again. */
export const splitMode: Mode = {
  hover: (at) => {
    if (line.value.length > 0) show([...line.value.slice(0, -1), snapped(at)]);
  },
  click: (at) => {
    const place = snapped(at);
    const drawn = line.value.slice(0, -1);
    if (drawn.length > 1 && isNear(drawn.at(-1) ?? place, place, at)) return finish(drawn);
    show([...drawn, place, place]);
  },
  enter: () => {
    if (line.value.length > 1) finish(line.value.slice(0, -1));
  },
  escape: () => {
    line.value = [];
    redrawing.value = null;
    cancel();
  },
};

function isNear(a: Point, b: Point, at: At): boolean {
  return Math.hypot(a[0] - b[0], a[1] - b[1]) < at.reach / 2;
}

function show(drawn: readonly Point[]): void {
  line.value = drawn;
  split(drawn);
}

function finish(drawn: readonly Point[]): void {
  if (split(drawn) && confirm()) {
    line.value = [];
    redrawing.value = null;
  }
}

/** Show what the line cuts: the chosen cell, else the one in the middle of the line. */
function split(drawn: readonly Point[]): boolean {
  const clean = drawn.filter((place, i) => i === 0 || !same(place, drawn[i - 1] ?? place));
  const now = drawing.value?.now;
  if (redrawing.value !== null && clean.length > 1) {
    const conflict_id = redrawing.value;
    return tryOut({ op: "resolve", conflict_id, choice: "redraw", line: clean.map(inMetres) });
  }
  const [first, second] = [clean[0], clean[Math.ceil(clean.length / 2)]];
  if (now === undefined || first === undefined || second === undefined) return false;
  const before = clean[Math.ceil(clean.length / 2) - 1] ?? first;
  const middle: Point = [
    Math.round((before[0] + second[0]) / 2),
    Math.round((before[1] + second[1]) / 2),
  ];
  const only = chosen.value.length === 1 ? chosen.value[0] : undefined;
  const id = only ?? atomAt(now, middle)?.cell;
  if (id === undefined) return false;
  const [other = ""] = freeIds(now, id, 1);
  return tryOut({ op: "split", cell_id: id, line: clean.map(inMetres), new_ids: [id, other] });
}
