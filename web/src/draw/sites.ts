import { computed, signal } from "@preact/signals";
import type { Feature } from "geojson";
import type { Job, SitesJob } from "../api/jobs";
import type { Lonlat } from "../api/scenarios";
import { ofDistrict, plan } from "./bench";
import { jobs, request } from "./jobs";
import { isOnServices, services } from "./services";

export const WEIGHTS = ["elders_60", "elders_80", "elders_alone", "people", "households"] as const;
export type Weight = (typeof WEIGHTS)[number];
const MINUTES = 15;

/** A place where a facility should be built next: whom it reaches that none reached, and why. */
export interface Site {
  readonly candidate_id: string;
  readonly at: Lonlat;
  readonly gained: number;
  readonly why: string;
}

/** What a search for sites found. */
interface Found {
  readonly sites: readonly Site[];
  readonly weight: Weight;
  readonly kinds: readonly string[];
  readonly minutes: number;
  readonly total: number;
  readonly covered_before: number;
  readonly covered_after: number;
  readonly gap: number;
}

const asked = signal("");
/** The search that was asked for last. */
export const search = computed(
  (): Job | null => jobs.value.find(({ job_id }) => job_id === asked.value) ?? null,
);
/** What it found, once it has. */
export const found = computed((): Found | null =>
  search.value?.plan_id === plan.value?.plan_id
    ? ((search.value?.result as Found | null | undefined) ?? null)
    : null,
);

/** Whether whoever is logged in may ask for a search: it is work on the whole district. */
export const maySearch = ofDistrict;

/** Look for so many places for the kind that is looked at. */
export async function searchSites(count: number, weight: Weight): Promise<void> {
  const open = plan.value;
  if (open === null) return;
  const { kind, profile, minutes } = services.value;
  const job: SitesJob = {
    kind: "sites",
    plan_id: open.plan_id,
    kinds: [kind],
    count,
    profile,
    weight,
    minutes: minutes ?? MINUTES,
  };
  asked.value = (await request(job))?.job_id ?? "";
}

/** The places found, numbered by what they gain. */
export function siteFeatures(): Feature[] {
  const sites = isOnServices() ? (found.value?.sites ?? []) : [];
  return sites.map(({ at, candidate_id }, i) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [...at] },
    properties: { candidate_id, order: String(i + 1) },
  }));
}
