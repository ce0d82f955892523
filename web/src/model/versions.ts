/**
 * A map that never changes, with versions that share what they have in common: the newest one used
 * holds the entries, each other one holds what to change on the way to it. Reading a version that is
 * not the newest first turns the few entries between the two round.
 */
export class VersionedMap<K, V> implements ReadonlyMap<K, V> {
  #entries: Map<K, V> | null;
  #next: { readonly map: VersionedMap<K, V>; readonly back: readonly Entry<K, V>[] } | null = null;

  constructor(entries: Iterable<readonly [K, V]> = []) {
    this.#entries = new Map(entries);
  }

  /** The version with some entries set, and those with nothing as their value taken out. */
  with(changes: Iterable<Entry<K, V>>): VersionedMap<K, V> {
    const entries = this.#open();
    const back: Entry<K, V>[] = [];
    for (const [key, value] of new Map(changes)) {
      const before = entries.get(key);
      if (before === value) continue;
      back.push([key, before]);
      put(entries, key, value);
    }
    if (back.length === 0) return this;
    const made = new VersionedMap<K, V>();
    made.#entries = entries;
    this.#entries = null;
    this.#next = { map: made, back };
    return made;
  }

  /** The value of a key. */
  get(key: K): V | undefined {
    return this.#open().get(key);
  }

  /** Whether a key is there. */
  has(key: K): boolean {
    return this.#open().has(key);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#open().size;
  }

  // A loop may look into another version: it runs over a copy, not over the map that turns round.
  /** All entries. */
  entries(): MapIterator<[K, V]> {
    return [...this.#open().entries()].values() as MapIterator<[K, V]>;
  }

  /** All keys. */
  keys(): MapIterator<K> {
    return [...this.#open().keys()].values() as MapIterator<K>;
  }

  /** All values. */
  values(): MapIterator<V> {
    return [...this.#open().values()].values() as MapIterator<V>;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  /** Call a function with every entry. */
  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }

  /** The map with the entries of this version, brought here from the newest one. */
  #open(): Map<K, V> {
    if (this.#entries !== null) return this.#entries;
    const way: VersionedMap<K, V>[] = [this];
    for (let at: VersionedMap<K, V> = this; at.#next !== null; at = at.#next.map) {
      way.push(at.#next.map);
    }
    way.reduceRight((newest, before) => {
      newest.#turn(before);
      return before;
    });
    return this.#entries ?? new Map();
  }

  /** Give the entries to the version before this one. */
  #turn(before: VersionedMap<K, V>): void {
    const entries = this.#entries;
    if (entries === null || before.#next === null) return;
    const forth: Entry<K, V>[] = before.#next.back.map(([key]) => [key, entries.get(key)]);
    for (const [key, value] of before.#next.back) put(entries, key, value);
    this.#entries = null;
    this.#next = { map: before, back: forth };
    before.#entries = entries;
    before.#next = null;
  }
}

export type Entry<K, V> = readonly [key: K, value: V | undefined];

function put<K, V>(entries: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) entries.delete(key);
  else entries.set(key, value);
}
