import { ask } from "./client";
import { everyItem } from "./plans";

export interface Unit {
  readonly level: "community" | "cell";
  readonly id: string;
  readonly name: string;
  readonly parent: string;
}

/** A row of a register: a post, a need, a resource, a meeting that was held. */
export interface Entry {
  readonly entry_id: string;
  readonly kind: string;
  readonly title: string;
  readonly contact: string | null;
  readonly people: number;
  readonly from_at: string;
  readonly until_at: string;
  readonly cell_id: string | null;
  readonly community_id: string;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly note: string;
  readonly account: string;
  readonly active: boolean;
  readonly revision: number;
}

export type EntryForm = Partial<Omit<Entry, "entry_id" | "revision">> &
  Pick<Entry, "kind" | "title">;

/** A row as it would be sent again; whom to call has to be known. */
export const formOf = (row: Entry): EntryForm => ({
  kind: row.kind,
  title: row.title,
  contact: row.contact ?? "",
  people: row.people,
  from_at: row.from_at,
  until_at: row.until_at,
  cell_id: row.cell_id,
  community_id: row.community_id,
  lon: row.lon,
  lat: row.lat,
  note: row.note,
  account: row.account,
  active: row.active,
});

export interface StaffGap {
  readonly level: "community" | "cell";
  readonly id: string;
  readonly post: string;
  readonly label: string;
  readonly needed: number;
  readonly there: number;
  readonly missing: number;
}

export interface Proposal {
  readonly measure: "walk" | "air";
  readonly cells: readonly { readonly cell_id: string; readonly entry_id: string }[];
  readonly walk_s: number;
  readonly load: Readonly<Record<string, number>>;
}

export interface Matches {
  readonly measure: "walk" | "air";
  readonly pairs: readonly {
    readonly need: string;
    readonly resource: string;
    readonly people: number;
    readonly walk_s: number;
  }[];
  readonly needs: readonly {
    readonly need: string;
    readonly people: number;
    readonly people_met: number;
    readonly reason: string;
  }[];
}

export interface Due {
  readonly meeting: string;
  readonly label: string;
  readonly label_en: string;
  readonly unit: string;
  readonly name: string;
  readonly begins: string;
  readonly due: string;
  readonly held: boolean;
}

export interface Ledger {
  readonly name: string;
  readonly code: string;
  readonly community: string;
  readonly people: Readonly<Record<string, number | null>>;
  readonly facilities: readonly { readonly kind: string; readonly name: string }[];
  readonly staff: readonly {
    readonly post: string;
    readonly needed: number;
    readonly there: number;
    readonly missing: number;
  }[];
  readonly names: readonly { readonly post: string; readonly name: string }[];
  readonly issues: Readonly<Record<string, number>>;
  readonly needs: Readonly<Record<string, number>>;
  readonly resources: Readonly<Record<string, number>>;
  readonly projects: Readonly<Record<string, number>>;
  readonly history: readonly { readonly at: string; readonly what: string }[];
}

export type RegisterName = "posts" | "needs" | "resources" | "meetings";

const pathOf = (register: RegisterName) =>
  register === "posts" ? "/api/posts" : `/api/registers/${register}`;

export const listUnits = async () => (await ask<{ items: readonly Unit[] }>("/api/units")).items;

export const listEntries = (register: RegisterName) =>
  everyItem<Entry>(`${pathOf(register)}?limit=1000`);

export const saveEntry = (register: RegisterName, id: string, base: number, row: EntryForm) =>
  ask<Entry>(`${pathOf(register)}/${id}`, { method: "PUT", body: { base_revision: base, ...row } });

export const listGaps = () => everyItem<StaffGap>("/api/staffing?limit=1000");

export const propose = (community_id: string, post: string, signal: AbortSignal) =>
  ask<Proposal>("/api/staffing/proposal", { body: { community_id, post }, signal });

export const match = (minutes: number) => ask<Matches>("/api/matches", { body: { minutes } });

export const listDue = (year: number) => everyItem<Due>(`/api/due?year=${year}&limit=1000`);

export const ledgerPath = (level: string, id: string) =>
  `/api/ledger/${level}/${encodeURIComponent(id)}`;

export const readLedger = (level: string, id: string, signal: AbortSignal) =>
  ask<Ledger>(ledgerPath(level, id), { signal });
