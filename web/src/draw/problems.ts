import { computed } from "@preact/signals";
import { type Figures, figuresOf, followFigures } from "../model/figures";
import type { Partition } from "../model/partition";
import { type Problem, type ProblemKind, problemsOf } from "../model/problems";
import { VersionedMap } from "../model/versions";
import { choose, tab } from "./bench";
import { cells } from "./cells";
import { doors, drawing } from "./drawing";
import { turnTo } from "./keys";
import { lonlat } from "./marks";
import type { ModeName } from "./modes/mode";
import { zoomTo, zoomToPlaces } from "./show";

/** Something to look at, with the cell it is about and the mode that mends it. */
export interface Task extends Problem {
  readonly name: string;
  readonly households: number | null;
  readonly mode: ModeName;
}

/** The tool that mends each kind of problem. */
const TOOLS: Readonly<Record<ProblemKind, ModeName>> = {
  over: "split_k",
  under: "merge",
  apart: "paint",
  uncovered: "border",
  unassigned: "paint",
  duplicate_code: "rename",
};

const NOTHING: Figures = new VersionedMap([]);
const known = new WeakMap<Partition, Figures>();

/** The figures of all cells as they are drawn now; after an edit only what it touched is measured. */
export const figures = computed((): Figures => {
  const open = drawing.value;
  if (open === null) return NOTHING;
  const at =
    known.get(open.now) ??
    measured(
      open.saved,
      open.now,
      open.done.flatMap(({ change }) => change.cells),
    );
  known.set(open.now, at);
  return at;
});

/** What breaks the plan first, then the cells out of their size, the worst first. */
export const tasks = computed((): Task[] => {
  const now = drawing.value?.now;
  if (now === undefined) return [];
  return problemsOf(now, figures.value).map((problem) => {
    const cell = cells.value.get(problem.cells[0] ?? "")?.cell;
    const name = cell?.name ?? cell?.code ?? problem.cells.join("、");
    return { ...problem, name, households: cell?.households ?? null, mode: TOOLS[problem.kind] };
  });
});

/** How many cells of how many have the right size, how compact they are, what is no partition. */
export const principles = computed(() => {
  const all = [...figures.value.values()];
  const fit = all.filter(({ band }) => band === "in").length;
  const compact = all.reduce((sum, { compactness }) => sum + compactness, 0);
  return {
    in_band_share: all.length === 0 ? 0 : fit / all.length,
    compactness: all.length === 0 ? 0 : compact / all.length,
    faults: tasks.value.filter(({ kind }) => kind !== "over" && kind !== "under").length,
  };
});

/** Show where something is wrong. */
export function lookAt({ cells: [id], place }: Problem): void {
  if (id !== undefined && cells.value.has(id)) {
    choose(id);
    zoomTo([id]);
  } else if (place !== null) zoomToPlaces([lonlat(place)]);
}

/** Show where something is wrong, with the tool that mends it. */
export function mend(task: Task): void {
  lookAt(task);
  turnTo(task.mode);
  tab.value = "cell";
}

function measured(saved: Partition, now: Partition, touched: readonly string[]): Figures {
  const before = known.get(saved) ?? figuresOf(saved);
  known.set(saved, before);
  return followFigures(before, now, { cells: [...new Set(touched)] }, doors.value);
}
