import { ask } from "./client";

export type Level = "district" | "subdistrict" | "community" | "cell";

/** Figures of one unit for one kind and profile; what may not be published is null. */
export interface Unit {
  readonly level: Level;
  readonly id: string;
  readonly name: string;
  /** The id of the unit above; empty for the district and its subdistricts. */
  readonly parent: string;
  readonly kind: string;
  readonly profile: string;
  readonly people: number | null;
  readonly people_covered: number | null;
  readonly elders_60: number | null;
  readonly elders_60_covered: number | null;
  readonly covered_share: number | null;
  readonly worst_walk_s: number | null;
  readonly floor_area_m2: number | null;
  readonly required_floor_area_m2: number | null;
  readonly cause: string | null;
}

export interface Norm {
  readonly minutes: number | null;
  readonly per: string;
  readonly floor_m2_min: number | null;
  readonly title: string;
  readonly clause: string;
  readonly confidence: string;
}

export interface Board {
  readonly office: boolean;
  readonly kinds: readonly string[];
  readonly profiles: readonly string[];
  readonly units: readonly Unit[];
  readonly norms: readonly Norm[];
}

export type Value = string | number | boolean | null;

export interface BoardList {
  readonly key: string;
  readonly title: string;
  readonly note: string;
  readonly columns: readonly {
    readonly field: string;
    readonly label: string;
    readonly form: string;
  }[];
  readonly rows: readonly (readonly Value[])[];
}

/** The parts of `report.json` that the board tells; any may be missing. */
export interface Summary {
  readonly merge?: Readonly<Record<string, Value | Readonly<Record<string, number>>>>;
  readonly standard?: { readonly pack: string };
}

export function board(kind: string, profile: string, signal: AbortSignal): Promise<Board> {
  const query = new URLSearchParams();
  if (kind) query.set("kind", kind);
  if (profile) query.set("profile", profile);
  return ask<Board>(`/api/board?${query}`, { signal });
}

export const boardLists = async (signal: AbortSignal) =>
  (await ask<{ lists: readonly BoardList[] }>("/api/board/lists", { signal })).lists;

export const unitBoard = ({ level, id }: Pick<Unit, "level" | "id">, signal: AbortSignal) =>
  ask<readonly Unit[]>(`/api/board/${level}/${encodeURIComponent(id)}`, { signal });

export interface Trend {
  /** The oldest first. */
  readonly plans: readonly {
    readonly plan_id: string;
    readonly name: string;
    readonly created_at: string;
  }[];
  readonly units: readonly {
    readonly level: Level;
    readonly id: string;
    readonly shares: readonly (number | null)[];
  }[];
}

/** The covered shares of one's own area in every plan that was published. */
export const trend = (kind: string, profile: string, signal: AbortSignal) =>
  ask<Trend>(`/api/trend?${new URLSearchParams({ kind, profile })}`, { signal });

export const summary = (signal: AbortSignal) => ask<Summary>("/api/summary", { signal });
