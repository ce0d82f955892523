import { choose, chosen } from "../bench";
import { act, cancel, drawing } from "../drawing";
import type { At, Mode } from "./mode";

/** Choose cells by a click, more of them with Shift. */
export const selectMode: Mode = {
  click: (at) => choose(at.cell, at.more),
  escape: () => choose(null),
};

/** Choose neighbours one by one, then merge them with Enter. */
export const mergeMode: Mode = {
  click: (at) => {
    if (at.cell !== null) choose(at.cell, true);
  },
  enter: mergeChosen,
  escape: () => {
    cancel();
    choose(null);
  },
};

/** Choose one cell at a time, to be named or divided. */
export const oneMode: Mode = {
  click: (at) => choose(at.cell),
  escape: () => {
    cancel();
    choose(null);
  },
};

/** Lock a cell or open it by a click or Enter. */
export const lockMode: Mode = {
  click: (at: At) => {
    choose(at.cell);
    turnLock();
  },
  enter: turnLock,
  escape: () => choose(null),
};

/** Merge the chosen cells; the first of them gives its id. */
export function mergeChosen(): void {
  const [first, ...others] = chosen.value;
  if (first === undefined || others.length === 0) return;
  if (act({ op: "merge", cell_ids: chosen.value, new_id: first })) choose(first);
}

/** Lock the chosen cell, or open it. */
export function turnLock(): void {
  const [id] = chosen.value;
  const face = id === undefined ? undefined : drawing.value?.now.faces.get(id);
  if (face !== undefined)
    act({ op: "lock", cell_id: face.id, locked: face.attributes.locked !== true });
}
