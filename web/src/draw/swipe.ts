import { signal } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { tilesOf } from "../api/tiles";
import { addDepartments, showDepartment } from "../map/departments";
import { addGround } from "../map/ground";
import { showOtherCells } from "../map/other_cells";
import { departments, plan, tiled, whenLeft } from "./bench";
import { mapNow } from "./show";

/** What the right of the map shows: a department's old grid, another plan, or nothing. */
export interface Beside {
  readonly what: "department" | "plan";
  readonly name: string;
}
export const beside = signal<Beside | null>(null);
whenLeft(() => {
  beside.value = null;
});
/** Where the map is parted, from 0 (left) to 1. */
export const partedAt = signal(0.5);

/** Keep a second map where the first one is, with what is to be seen on it. */
export function keepBeside(second: MapView, { what, name }: Beside): () => void {
  const [first, open] = [mapNow(), plan.peek()];
  if (first === null || open === null) return () => {};
  const follow = () => second.jumpTo({ center: first.getCenter(), zoom: first.getZoom() });
  const show = () => {
    addGround(second, tilesOf(open.plan_id), tiled.peek());
    if (what === "plan") showOtherCells(second, tilesOf(name));
    else {
      addDepartments(second, tilesOf(open.plan_id));
      const colour = departments.peek().get(name)?.colour ?? "";
      showDepartment(second, name, { opacity: 1, colour });
    }
  };
  follow();
  first.on("move", follow);
  second.once("load", show);
  return () => first.off("move", follow);
}
