import type { Swap } from "./change";

/** A map to try changes on: what is written lies over the base, which stays as it is. */
export class Overlay<K, V> {
  readonly #base: ReadonlyMap<K, V>;
  readonly #over = new Map<K, V | undefined>();

  constructor(base: ReadonlyMap<K, V>) {
    this.#base = base;
  }

  /** The same base with the same changes, to try more on. */
  copy(): Overlay<K, V> {
    const made = new Overlay(this.#base);
    for (const [key, value] of this.#over) made.#over.set(key, value);
    return made;
  }

  /** Whether a key is in the base or was ever written. */
  knows(key: K): boolean {
    return this.#over.has(key) || this.#base.has(key);
  }

  /** The keys written so far, also those that were taken out. */
  get written(): ReadonlySet<K> {
    return new Set(this.#over.keys());
  }

  /** The value of a key as it is now. */
  get(key: K): V | undefined {
    return this.#over.has(key) ? this.#over.get(key) : this.#base.get(key);
  }

  /** The value of a key in the base. */
  was(key: K): V | undefined {
    return this.#base.get(key);
  }

  /** Write a value. */
  set(key: K, value: V): void {
    this.#over.set(key, value);
  }

  /** Take a key out. */
  delete(key: K): void {
    this.#over.set(key, undefined);
  }

  /** Each key that was written, with its value before and now. */
  differences(): [key: K, before: V | undefined, now: V | undefined][] {
    return [...this.#over].map(([key, now]) => [key, this.#base.get(key), now]);
  }

  /** What went and what came. */
  swap(): Swap<V> {
    const different = this.differences().filter(([, before, now]) => before !== now);
    return {
      removed: different.flatMap(([, before]) => (before === undefined ? [] : [before])),
      added: different.flatMap(([, , now]) => (now === undefined ? [] : [now])),
    };
  }
}
