import { ask } from "./client";
import type { Kind } from "./public";

/** Something of the standards: its name in files, and what people call it. */
export interface Named {
  readonly name: string;
  readonly label_zh: string;
  readonly label_en: string;
}

/** What the standards know, in the order pages list it. */
export interface Standards {
  /** Kinds of facilities, and how long the way may be; null where no rule says so. */
  readonly kinds: readonly (Omit<Kind, "count"> & { readonly minutes: number | null })[];
  readonly departments: readonly Named[];
}

/** Read what the standards know. */
export const readStandards = () => ask<Standards>("/api/standards");
