import { computed } from "@preact/signals";
import { readPeople } from "../api/plans";
import { doorsOf } from "../model/doors";
import { type CellFigures, cellFigures } from "../model/figures";
import { movedHouseholds, toldAnew, whereabouts } from "../model/moved";
import type { Feature } from "../model/rows";
import { asking } from "./asking";
import { mayDraw, plan, whenLeft } from "./bench";
import { cells, changedCells } from "./cells";
import { doors, drawing, preview, projection, showAgain } from "./drawing";

/** A cell that is touched: its figures as they would be and as they are. */
export interface Touched {
  readonly name: string;
  readonly now: CellFigures;
  readonly was: CellFigures | null;
}

const reading = asking();

/** Read the doors of the plan, so that counts are exact while drawing; each reading is on record. */
export async function countAtDoors(): Promise<void> {
  const id = plan.value?.plan_id;
  const there = projection.value;
  if (id === undefined || there === null || !mayDraw.value) return;
  const put = (rows: unknown[]) => {
    if (rows.length === 0) return;
    doors.value = doorsOf(rows as Feature[], there.toGrid);
    showAgain();
  };
  try {
    await reading.ask(() => readPeople(id), put, id);
  } catch {
    doors.value = undefined; // without doors the counts of blocks are shown
  }
}

whenLeft(() => {
  reading.forget();
  doors.value = undefined;
});

/** The figures of the cells that the preview touches. */
export const touched = computed((): Touched[] => {
  const [found, before] = [preview.value, drawing.value];
  if (found === null || before === null) return [];
  return found.change.cells.flatMap((id) => {
    const face = found.now.faces.get(id);
    if (face === undefined || id === "") return [];
    const was = before.now.faces.has(id) ? cellFigures(before.now, id, doors.value) : null;
    const name = String(face.attributes.name ?? face.attributes.code ?? id);
    return [{ name, now: cellFigures(found.now, id, doors.value), was }];
  });
});

/** How many households are in another cell than what is saved says. */
export const moved = computed((): number => {
  const [open, found] = [drawing.value, preview.value];
  if (open === null) return 0;
  if (found === null) return movedHouseholds(homes.value);
  const { cells: ids } = found.change;
  const changed = ids.filter((id) => changedCells.value.has(id));
  const was = whereabouts(open.saved, open.now, changed, doors.value);
  const is = whereabouts(open.saved, found.now, ids, doors.value);
  return movedHouseholds(toldAnew(homes.value, was, is));
});

/** Where the households of the cells that differ from what is saved were: once for each edit. */
const homes = computed(() => {
  const open = drawing.value;
  if (open === null) return new Map();
  return whereabouts(open.saved, open.now, changedCells.value, doors.value);
});

/** How compact a cell is: 1 for a disc, near 0 for a thread. */
export function compactnessOf(id: string): number | null {
  const now = drawing.value?.now;
  return now === undefined || !cells.value.has(id) ? null : cellFigures(now, id).compactness;
}
