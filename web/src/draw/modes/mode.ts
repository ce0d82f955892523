import { signal } from "@preact/signals";
import type { Position } from "geojson";
import type { Place } from "../../model/edit";
import type { Point } from "../../model/point";

/** What is being done on the map: one thing at a time. */
export const MODES = [
  "select",
  "vertex",
  "insert",
  "border",
  "split",
  "split_k",
  "merge",
  "paint",
  "rename",
  "lock",
] as const;
export type ModeName = (typeof MODES)[number];
/** The key of each mode. */
export const MODE_KEYS: Readonly<Record<ModeName, string>> = {
  select: "v",
  vertex: "d",
  insert: "a",
  border: "b",
  split: "s",
  split_k: "k",
  merge: "m",
  paint: "p",
  rename: "n",
  lock: "l",
};

/** Where the pointer is: on the ground in steps, with the cell there and how far a finger reaches. */
export interface At {
  readonly place: Point;
  readonly lonlat: Position;
  readonly cell: string | null;
  readonly reach: number;
  readonly more: boolean;
  /** The streets near by, in metres. */
  readonly streets: () => readonly (readonly Place[])[];
  /** The facility there, one that is tried too. */
  readonly facility: () => string | null;
  /** The place, if a building is there. */
  readonly building: () => Position | null;
}

/** How a mode answers pointer and keys; what it leaves out is not for it. */
export interface Mode {
  /**
   * The button went down: what is taken has the drag, which the map does not get then. Where the
   * place of it is told, the drag is told from there: it does not jump under the pointer.
   */
  readonly down?: (at: At) => Point | boolean;
  readonly drag?: (at: At) => void;
  readonly drop?: (at: At) => void;
  readonly hover?: (at: At) => void;
  readonly click?: (at: At) => void;
  readonly enter?: () => void;
  readonly escape?: () => void;
  /** The drag is not to be: a second finger came down. What is left out is what Escape does. */
  readonly breakOff?: () => void;
  /** An arrow key: so many metres east and north; false when nothing is taken that could move. */
  readonly nudge?: (east_m: number, north_m: number) => boolean;
}

export const mode = signal<ModeName>("select");
/** Where the keyboard points, as the pointer would; null while the pointer does. */
export const aim = signal<Point | null>(null);
/** Whether borders of communities and subdistricts are moved too, and carried along. */
export const withParents = signal(false);

/** What an edit says of the levels above the cells. */
export function parents(): { readonly with_parents?: boolean } {
  return withParents.value ? { with_parents: true } : {};
}
