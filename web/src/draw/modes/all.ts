import { isOnServices } from "../services";
import { borderMode } from "./border";
import { insertMode } from "./insert";
import { type Mode, type ModeName, mode } from "./mode";
import { paintMode } from "./paint";
import { lockMode, mergeMode, oneMode, selectMode } from "./pick";
import { serviceMode } from "./service";
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

/** The mode that pointer and keys are for now. */
export function modeNow(): Mode {
  return isOnServices() ? serviceMode : ALL[mode.value];
}
