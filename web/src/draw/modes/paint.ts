import { choose, chosen } from "../bench";
import { act, cancel, drawing, refusal } from "../drawing";
import { atomAt } from "../pick";
import { type At, type Mode, parents } from "./mode";

const target = () => chosen.value[0];
/** Where the brush came down, until it is sure that it is no finger of two. */
let begun: At | null = null;

/** Paint blocks into the chosen cell: each block under the brush goes over to it. */
export const paintMode: Mode = {
  down: (at) => {
    if (target() === undefined) return false;
    begun = at;
    return true;
  },
  drag: paint,
  drop: paint,
  breakOff: () => {
    begun = null;
  },
  click: (at) => {
    if (target() === undefined || at.more) choose(at.cell);
  },
  escape: () => {
    cancel();
    choose(null);
  },
};

function paint(at: At): void {
  if (begun !== null) brush(begun);
  begun = null;
  brush(at);
}

function brush(at: At): void {
  const now = drawing.value?.now;
  const cell = target();
  const atom = now === undefined ? null : atomAt(now, at.place);
  if (atom === null || cell === undefined || atom.cell === cell) return;
  if (refusal.value?.ids.includes(atom.id)) return;
  act({ op: "reassign", atom_id: atom.id, cell_id: cell, ...parents() });
}
