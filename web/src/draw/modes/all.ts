import { borderMode } from "./border";
import { insertMode } from "./insert";
import type { Mode, ModeName } from "./mode";
import { paintMode } from "./paint";
import { lockMode, mergeMode, oneMode, selectMode } from "./pick";
import { splitMode } from "./split";
import { vertexMode } from "./vertex";

/** Every mode by its name. */
export const ALL: Readonly<Record<ModeName, Mode>> = {
  select: selectMode,
  vertex: vertexMode,
  insert: insertMode,
  border: borderMode,
  split: splitMode,
  split_k: oneMode,
  merge: mergeMode,
  paint: paintMode,
  rename: oneMode,
  lock: lockMode,
};
