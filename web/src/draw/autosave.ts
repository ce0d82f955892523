import { effect, signal } from "@preact/signals";
import { keepDraft, type Unsaved } from "../api/edits";
import { toEdits } from "../model/session";
import { mayEdit, plan } from "./bench";
import { drawing } from "./drawing";

const REST_MS = 800;

/** Whether what is drawn is kept on the server: it would be there after the browser is closed. */
export const kept = signal<"kept" | "waiting" | "failed">("kept");

let timer: ReturnType<typeof setTimeout> | undefined;
let known = "";
let last: Promise<void> = Promise.resolve();

/** Keep what is drawn on the server, a moment after each change and when the page is hidden. */
export function keepDrawn(): void {
  effect(() => {
    const now = drawing.value;
    if (now === null || plan.value === null || !mayEdit.value) return;
    const text = textOf();
    if (known === "" || !text.startsWith(planOf(known))) known = text;
    if (text === known) return;
    kept.value = "waiting";
    clearTimeout(timer);
    timer = setTimeout(keepNow, REST_MS);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepAtOnce();
  });
}

/** Do not wait any longer with what was drawn last. */
export async function keepAtOnce(): Promise<void> {
  if (kept.peek() !== "kept") await keepNow();
}

/** Keep edits of a plan on the server after those that are on their way: the last stay. */
export function keepEdits(plan: string, drawn: Unsaved): Promise<void> {
  last = last.catch(() => {}).then(() => keepDraft(plan, drawn));
  return last;
}

async function keepNow(): Promise<void> {
  clearTimeout(timer);
  const [now, open] = [drawing.peek(), plan.peek()];
  if (now === null || open === null) return;
  const text = textOf();
  try {
    await keepEdits(open.plan_id, { base_revision: now.revision, edits: toEdits(now) });
    if (plan.peek()?.plan_id !== open.plan_id) return;
    known = text;
    if (text === textOf()) kept.value = "kept";
  } catch {
    kept.value = "failed"; // told in the bar; the next change tries again
  }
}

function textOf(): string {
  const now = drawing.peek();
  return `${plan.peek()?.plan_id}\\n${now?.revision}${now === null ? "" : JSON.stringify(toEdits(now))}`;
}

function planOf(text: string): string {
  return text.slice(0, text.indexOf("\\n") + 1);
}
