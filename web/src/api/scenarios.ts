import { ask } from "./client";
import { planPath } from "./plans";

/** A change of the facilities, as scenario files hold it. */
export interface Move {
  readonly op: "move";
  readonly facility_id: string;
  readonly at: readonly [lon: number, lat: number];
}

/** Counts are null where few people would be told. */
export interface Total {
  readonly people_covered_before: number | null;
  readonly people_covered_after: number | null;
  readonly people_gained: number | null;
  readonly people_lost: number | null;
  readonly elders_60: number | null;
  readonly elders_60_covered_before: number | null;
  readonly elders_60_covered_after: number | null;
  readonly elders_60_gained: number | null;
  readonly elders_60_lost: number | null;
}

export interface KindEffect {
  readonly kind: string;
  readonly label: string;
  readonly minutes: number;
  readonly total: Total;
  readonly cells: readonly {
    readonly cell_id: string;
    readonly people_gained: number | null;
    readonly people_lost: number | null;
  }[];
}

interface Effect {
  readonly exact: boolean;
  readonly kinds: readonly KindEffect[];
}

export interface Walker {
  readonly name: string;
  readonly label_zh: string;
  readonly label_en: string;
}

/** What moved facilities would do; nothing is saved. */
export function tryMoves(plan: string, changes: readonly Move[], profile: string): Promise<Effect> {
  return ask(planPath(plan, "/scenarios/try"), { body: { changes, profile } });
}

/** Who may walk how fast. */
export async function readWalkers(): Promise<readonly Walker[]> {
  const { profiles } = await ask<{ profiles: Walker[] }>("/api/district");
  return profiles;
}
