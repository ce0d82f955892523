import type { Feature, FeatureCollection, Geometry } from "geojson";
import { ask } from "./client";

export type Status = "draft" | "submitted" | "approved" | "published" | "retired";

export interface Plan {
  readonly plan_id: string;
  readonly name: string;
  readonly status: Status;
  readonly revision: number;
  readonly parent_id: string | null;
  readonly parent_revision: number | null;
  readonly created_at: string;
  readonly author: string;
  /** The CRS of the grid. */
  readonly epsg: number;
}

export type LayerName = "cells" | "atoms" | "conflicts" | "communities" | "subdistricts";
export type Crs = "grid" | "lonlat";

interface Page<Item> {
  readonly total: number;
  readonly items: readonly Item[];
  readonly next: string | null;
}

interface FeaturePage extends FeatureCollection<Geometry, Record<string, unknown>> {
  readonly next: string | null;
}

export type Row = Feature<Geometry, Record<string, unknown>>;

const PAGE_SIZE = 1000;
const WHOLE = 1_000_000_000; // doors are read at once: one reading is one row of the audit

/** The address of something of a plan. */
export function planPath(plan: string, what = ""): string {
  return `/api/plans/${encodeURIComponent(plan)}${what}`;
}

/** Every item of a paged list. */
export async function everyItem<Item>(path: string): Promise<Item[]> {
  const found: Item[] = [];
  for (let next: string | null = path; next !== null; ) {
    const page: Page<Item> = await ask(next);
    found.push(...page.items);
    next = page.next;
  }
  return found;
}

/** The plans that one may see. */
export function listPlans(): Promise<Plan[]> {
  return everyItem(`/api/plans?limit=${PAGE_SIZE}`);
}

/** A plan as it stands. */
export function readPlan(plan: string): Promise<Plan> {
  return ask(planPath(plan));
}

/** Every row of a layer of a plan. */
export function readRows(plan: string, layer: LayerName, crs: Crs): Promise<Row[]> {
  return everyRow(planPath(plan, `/layers/${layer}?limit=${PAGE_SIZE}&crs=${crs}`));
}

/** The doors of one's areas with those who live behind them; each reading is on record. */
export function readPeople(plan: string): Promise<Row[]> {
  return everyRow(planPath(plan, `/people?limit=${WHOLE}`));
}

async function everyRow(first: string): Promise<Row[]> {
  const found: Row[] = [];
  for (let next: string | null = first; next !== null; ) {
    const page: FeaturePage = await ask(next);
    found.push(...page.features);
    next = page.next;
  }
  return found;
}

/** Copy a plan as it stands. */
export function branchPlan(plan: string, to: string, name: string): Promise<Plan> {
  return ask(planPath(plan, "/branches"), { body: { plan_id: to, name } });
}

/** What a plan is made from. */
interface MadeFrom {
  readonly departments: readonly { readonly name: string }[];
}

/** Read what a plan is made from. */
export function readMadeFrom(plan: string): Promise<MadeFrom> {
  return ask(planPath(plan, "/ground"));
}
