import { ask } from "./client";
import { planPath } from "./plans";

interface TileLayers {
  readonly items: readonly { readonly layer: string; readonly title: string }[];
}

/** The address of the tiles of a plan. */
export function tilesOf(plan: string): string {
  return planPath(plan, "/tiles");
}

/** The names of the layers that have tiles at an address. */
export async function tileLayers(address: string): Promise<Set<string>> {
  const { items } = await ask<TileLayers>(address);
  return new Set(items.map(({ layer }) => layer));
}
