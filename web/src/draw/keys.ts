import { tab } from "./bench";
import { countAtDoors } from "./doors";
import { redoStep, undoStep } from "./drawing";
import { ALL, modeNow } from "./modes/all";
import { MODE_KEYS, type ModeName, mode } from "./modes/mode";

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
    if (next !== "select") countAtDoors();
  }
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
  const arrow = ARROWS[event.key];
  const { nudge, enter, escape: giveUp } = modeNow();
  if (arrow !== undefined && nudge !== undefined && !isList(event.target)) {
    const by = event.shiftKey ? FAR_M : 1;
    nudge(arrow[0] * by, arrow[1] * by);
    return true;
  }
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
  turnTo(wanted as ModeName);
  if (tab.value === "more") tab.value = "cell"; // from services back to the grid
  return true;
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
  return target instanceof Element && target.closest("[role=tablist]") !== null;
}

/** Enter on a button presses it; in a list of vertices it confirms. */
function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLButtonElement && target.closest("[data-enter=confirm]") === null;
}
