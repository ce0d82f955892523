import { ask } from "./client";
import type { Place } from "./public";

/** A row of one of the tables that every case obeys; labels in both languages. */
export interface Labelled {
  readonly label_zh: string;
  readonly label_en: string;
}

export interface State extends Labelled {
  readonly state: string;
  /** What a move into this state has to say: `note`. */
  readonly needs: readonly string[];
}

export interface Flow extends Labelled {
  readonly flow: string;
  readonly register: string;
  readonly states: readonly State[];
}

export interface Flows {
  readonly flows: readonly Flow[];
  readonly tiers: readonly (Labelled & { readonly tier: string })[];
  readonly duties: readonly (Labelled & { readonly duty: string })[];
  readonly posts: readonly (Labelled & { readonly post: string })[];
  /** Tasks that were admitted to the grid, and the department of each. */
  readonly admitted: Readonly<Record<string, string>>;
}

/** An issue as it is sent: whoever sends it makes the id, so that twice is once. */
export interface Report {
  readonly issue_id: string;
  readonly flow: string;
  readonly duty: string;
  readonly text: string;
  readonly lon: number | null;
  readonly lat: number | null;
  /** Base 64. */
  readonly photo: string | null;
  readonly key: string | null;
  readonly contact: string;
}

export interface Move {
  readonly move_id: string;
  readonly base_revision: number;
  readonly kind: "advance" | "escalate" | "reopen";
  readonly to: string;
  readonly note: string;
  readonly told_at: string;
}

export interface Case {
  readonly case_id: string;
  readonly flow: string;
  readonly state: string;
  readonly tier: string;
  /** The duty of an issue, the class of a project, what is admitted. */
  readonly kind: string;
  readonly title: string;
  readonly department: string | null;
  readonly cell_id: string | null;
  readonly community_id: string | null;
  readonly opened_at: string;
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly score: number | null;
  readonly revision: number;
  readonly photo: boolean;
  readonly lon: number | null;
  readonly lat: number | null;
}

export interface CaseMove {
  readonly number: number;
  readonly kind: string;
  readonly state: string;
  readonly tier: string;
  readonly at: string;
  readonly actor: string;
  readonly note: string;
  readonly score: number | null;
}

export interface WholeCase extends Case {
  readonly body: string;
  readonly moves: readonly CaseMove[];
  readonly next_moves: readonly { readonly kind: Move["kind"]; readonly to: string }[];
  readonly workers: readonly string[];
}

export interface Stop extends WholeCase {
  /** From the place before; null where nobody knows. */
  readonly walk_s: number | null;
}

export interface Round {
  readonly cells: readonly { readonly cell_id: string; readonly name: string }[];
  readonly stops: readonly Stop[];
  readonly open: number;
  readonly measure: "walk" | "air";
  readonly near_m: number;
  readonly due: readonly {
    readonly label: string;
    readonly label_en: string;
    readonly name: string;
    readonly unit: string;
    readonly due: string;
  }[];
}

export interface Track {
  readonly issue_id: string;
  readonly flow: string;
  readonly state: string;
  readonly steps: readonly { readonly state: string; readonly at: string }[];
  readonly feedback: string;
  readonly may_rate: boolean;
  readonly score: number | null;
}

export interface Synced {
  readonly id: string;
  readonly done: boolean;
  readonly code: string;
  readonly what: string;
}

export interface Tally {
  readonly name: string;
  readonly cases: number | null;
  readonly open: number | null;
  readonly overdue: number | null;
  readonly mean_score: number | null;
}

interface Listing {
  readonly total: number;
  readonly items: readonly Case[];
  readonly next: string | null;
}

export type Register = "issues" | "projects" | "admissions";

const pathOf = (register: Register) =>
  register === "issues" ? "/api/issues" : `/api/cases/${register}`;
const caseAt = (register: Register, id: string) => `${pathOf(register)}/${encodeURIComponent(id)}`;

/** A new id of something that is sent, or a secret: nobody guesses it. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

export const readFlows = () => ask<Flows>("/api/flows");

export const sendReport = (report: Report) =>
  ask<{ readonly issue_id: string }>("/api/issues", { body: report });

export const trackIssue = (id: string, key: string, signal: AbortSignal) =>
  ask<Track>(`${caseAt("issues", id)}/track`, { body: { key }, signal });

export const rateIssue = (id: string, key: string, score: number, note: string) =>
  ask<Track>(`${caseAt("issues", id)}/rating`, { body: { key, score, note } });

export function readRound(from: Place | null): Promise<Round> {
  return ask(`/api/round${from ? `?lon=${from.lon}&lat=${from.lat}` : ""}`);
}

export const sendKept = async (
  reports: readonly Report[],
  moves: readonly (Move & { readonly issue_id: string })[],
) =>
  (await ask<{ items: readonly Synced[] }>("/api/issues/sync", { body: { reports, moves } })).items;

/** A page of cases, narrowed by what is not empty. */
export function listCases(
  register: Register,
  wanted: Readonly<Record<string, string>>,
  offset: number,
  signal?: AbortSignal,
): Promise<Listing> {
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ""));
  if (offset) query.set("offset", String(offset));
  return ask(`${pathOf(register)}?${query}`, { signal });
}

export const readCase = (register: Register, id: string, signal: AbortSignal) =>
  ask<WholeCase>(caseAt(register, id), { signal });

export const moveCase = (register: Register, id: string, move: Move) =>
  ask<WholeCase>(`${caseAt(register, id)}/moves`, { body: move });

export const openCase = (register: "projects" | "admissions", body: object) =>
  ask<WholeCase>(pathOf(register), { body });

export const readContact = async (id: string) =>
  (await ask<{ contact: string }>(`${caseAt("issues", id)}/contact`)).contact;

/** The address of the photo of an issue. */
export const photoOf = (id: string) => `${caseAt("issues", id)}/photo`;

export const countIssues = async (by: string, signal: AbortSignal) =>
  (await ask<{ items: readonly Tally[] }>(`/api/issue-statistics?by=${by}`, { signal })).items;

export const countCases = async (
  register: "projects" | "admissions",
  by: "kind" | "state",
  signal: AbortSignal,
) =>
  (await ask<{ items: readonly Tally[] }>(`${pathOf(register)}/counts?by=${by}`, { signal })).items;
