import { effect, signal } from "@preact/signals";

/** Sizes of letters: the usual one, and three of the large print (24, 27 and 30 px). */
export const LARGEST = 3;
const KEPT = "onegrid.size";
const kept = Number(localStorage.getItem(KEPT));

export const size = signal(kept >= 1 && kept <= LARGEST ? Math.floor(kept) : 0);

effect(() => {
  document.documentElement.dataset.size = String(size.value);
  localStorage.setItem(KEPT, String(size.value));
});
