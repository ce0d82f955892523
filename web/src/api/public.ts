import { ask } from "./client";

/** What is asked of the service without logging in; places are lon/lat in degrees. */
export interface Place {
  readonly lon: number;
  readonly lat: number;
}

export interface Kind {
  readonly name: string;
  readonly label_zh: string;
  readonly label_en: string;
  readonly group: string;
  readonly glyph: string;
  readonly colour: string;
  readonly count: number;
}

export interface Walker {
  readonly name: string;
  readonly label_zh: string;
  readonly label_en: string;
  readonly speed_m_s: number;
  readonly confidence: string;
}

export interface District {
  readonly title: string;
  readonly synthetic: boolean;
  readonly accounts: boolean;
  /** What the button says that logs in elsewhere; null without such a provider. */
  readonly provider: string | null;
  readonly grid: boolean;
  readonly nearest: boolean;
  readonly box: readonly [number, number, number, number] | null;
  readonly kinds: readonly Kind[];
  readonly profiles: readonly Walker[];
}

export interface Named extends Place {
  readonly name: string;
  readonly what: "compound" | "cell" | "community" | "subdistrict" | "street" | "facility";
  readonly within: string;
}

export interface Contact {
  readonly of: "cell" | "community";
  readonly name: string;
  readonly phone: string;
}

export interface HomeCell {
  readonly cell_id: string;
  readonly code: string;
  readonly name: string;
  readonly community: string;
  readonly subdistrict: string;
  readonly contacts: readonly Contact[];
}

export interface Service {
  readonly facility_id: string;
  readonly name: string;
  readonly walk_s: number;
  readonly distance_m: number;
  readonly route: { readonly coordinates: readonly (readonly [number, number])[] };
  readonly steps: readonly string[];
  readonly phone: string;
  readonly address: string;
  readonly opening_hours: string;
  /** Minutes since Monday 00:00; null when nobody knows. */
  readonly open_spans: readonly (readonly [number, number])[] | null;
}

/** The nearest services of each kind. */
export type Nearest = Readonly<Record<string, readonly Service[]>>;

export const district = () => ask<District>("/api/district");

export async function placesNamed(text: string, signal: AbortSignal): Promise<readonly Named[]> {
  const query = new URLSearchParams({ q: text });
  return (await ask<{ items: readonly Named[] }>(`/api/places?${query}`, { signal })).items;
}

export const cellAt = ({ lon, lat }: Place, signal: AbortSignal) =>
  ask<HomeCell>(`/api/which-cell?lon=${lon}&lat=${lat}`, { signal });

export async function nearest(
  { lon, lat }: Place,
  profile: string,
  kinds: readonly string[],
  count: number,
  signal?: AbortSignal,
): Promise<Nearest> {
  const query = new URLSearchParams({ lon: `${lon}`, lat: `${lat}`, profile, count: `${count}` });
  for (const kind of kinds) query.append("kind", kind);
  return (await ask<{ kinds: Nearest }>(`/api/nearest?${query}`, { signal })).kinds;
}
