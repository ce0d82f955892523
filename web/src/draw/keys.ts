import { moveAim, pressAim } from "./aim";
import { tab } from "./bench";
import { countAtDoors } from "./doors";
import { redoStep, undoStep } from "./drawing";
import { ALL, modeNow } from "./modes/all";
import { aim, MODE_KEYS, type ModeName, mode } from "./modes/mode";
import { isOnServices } from "./services";

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};
const FAR_M = 10;

/** Turn to another mode; what was begun in the old one is given up. */
export function turnTo(next: ModeName): void {
  if (mode.value !== next) {
    const kept = ["select", "merge", "paint", "rename", "split_k", "lock"].includes(mode.value);
    if (!kept) ALL[mode.value].escape?.();
    mode.value = next;
    aim.value = null;
    if (next !== "select") countAtDoors();
  }
}

/** Take a tool of the grid, from services too. */
export function takeTool(next: ModeName): void {
  turnTo(next);
  if (isOnServices()) tab.value = "cell";
}

/** Answer the keys of the whole page, but for those that are typed into a field. */
export function followKeys(target: Window): () => void {
  const answer = (event: KeyboardEvent) => {
    if (isTyping(event.target) && event.key !== "Escape") return;
    if (done(event)) event.preventDefault();
  };
  target.addEventListener("keydown", answer);
  return () => target.removeEventListener("keydown", answer);
}

function done(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return turned(key, event.shiftKey);
  if (pointed(event)) return true;
  const { enter, escape: giveUp } = modeNow();
  if (event.key === "Enter" && enter !== undefined && !isButton(event.target)) {
    enter();
    return true;
  }
  if (event.key === "Escape") {
    if (giveUp === undefined) turnTo("select");
    else giveUp();
    return true;
  }
  const wanted = Object.entries(MODE_KEYS).find(([, letter]) => letter === key)?.[0];
  if (wanted === undefined || event.altKey) return false;
  takeTool(wanted as ModeName);
  return true;
}

/** Arrows move what is taken, or else where the keyboard points; Space clicks there. */
function pointed({ key, shiftKey, target }: KeyboardEvent): boolean {
  if (key === " " && aims() && !isControl(target)) {
    pressAim();
    return true;
  }
  const arrow = ARROWS[key];
  if (arrow === undefined || isList(target)) return false;
  const by = shiftKey ? FAR_M : 1;
  const [east_m, north_m] = [arrow[0] * by, arrow[1] * by];
  if (modeNow().nudge?.(east_m, north_m)) return true;
  if (aims()) moveAim(east_m, north_m);
  return aims();
}

function turned(key: string, shift: boolean): boolean {
  if (key === "z" && !shift) undoStep();
  else if ((key === "z" && shift) || key === "y") redoStep();
  else return false;
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type))
  );
}

function isList(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=tablist], [type=radio]") !== null;
}

/** Whether the keyboard points on the map: when something is drawn there, not only chosen. */
export function aims(): boolean {
  return mode.value !== "select" && !isOnServices();
}

/** The tool that is on already: to press it once more does nothing. */
const TOOL = "[role=toolbar] [aria-pressed=true]";

/** Space presses what it is on. */
function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest(`button:not(${TOOL}), a, input, summary`) !== null
  );
}

/** Enter on a button presses it; in a list of vertices it confirms. */
function isButton(target: EventTarget | null): boolean {
  const confirms = `[data-enter=confirm], ${TOOL}`;
  return target instanceof HTMLButtonElement && target.closest(confirms) === null;
}
