import { ask } from "./client";
import type { Kind } from "./public";

/** Something of the standards: its name in files, and what people call it. */
export interface Named {
  readonly name: string;
  readonly label_zh: string;
  readonly label_en: string;
}

/** Norms that belong together: those that the product knows, and the district's own. */
export interface Pack {
  readonly name: string;
  readonly titles: readonly string[];
  readonly rules: number;
  readonly unverified: number;
  readonly own: boolean;
  readonly default: boolean;
}

/** What the standards know, in the order pages list it. */
export interface Standards {
  /** Kinds of facilities, and how long the way may be; null where no rule says so. */
  readonly kinds: readonly (Omit<Kind, "count"> & { readonly minutes: number | null })[];
  readonly departments: readonly Named[];
  readonly packs: readonly Pack[];
}

/** Read what the standards know. */
export const readStandards = (signal?: AbortSignal) => ask<Standards>("/api/standards", { signal });
