import { ask } from "./client";
import { everyItem } from "./plans";

export type JobState = "queued" | "running" | "canceling" | "done" | "failed" | "canceled";

export interface Job {
  readonly job_id: string;
  readonly kind: string;
  readonly plan_id: string | null;
  readonly state: JobState;
  readonly stage: string;
  readonly asked_at: string;
  readonly result: Record<string, unknown> | null;
  readonly problems: readonly Record<string, string>[];
}

export interface Upload {
  readonly upload_id: string;
  readonly file: string;
  readonly size: number;
  readonly preview: Record<string, unknown>;
}

export interface MergeJob {
  readonly kind: "merge";
  readonly plan_id: string;
  readonly name: string;
  /** The upload of each department. */
  readonly departments: Readonly<Record<string, string>>;
  readonly communities: string;
  readonly households: string;
  readonly roads: string | null;
  readonly size: readonly [number, number];
}

export interface SitesJob {
  readonly kind: "sites";
  readonly plan_id: string;
  readonly kinds: readonly string[];
  readonly count: number;
  readonly minutes: number;
  readonly profile: string;
  readonly weight: string;
}

export interface CoverageJob {
  readonly kind: "coverage";
  readonly plan_id: string;
  readonly profiles: readonly string[];
  /** The name of a norm pack. */
  readonly standard: string;
}

export const ENDED: ReadonlySet<JobState> = new Set(["done", "failed", "canceled"]);

/** Send a file; the answer is what the import doctor sees in it. */
export function sendFile(file: File): Promise<Upload> {
  return ask(`/api/uploads?file=${encodeURIComponent(file.name)}`, { file });
}

/** Delete a file that was sent. */
export function dropFile(upload: string): Promise<void> {
  return ask(`/api/uploads/${upload}`, { method: "DELETE" });
}

/** One's own files. */
export function listFiles(): Promise<Upload[]> {
  return everyItem("/api/uploads?limit=200");
}

/** One's own jobs, the newest first. */
export function listJobs(): Promise<Job[]> {
  return everyItem("/api/jobs?limit=200");
}

/** Ask for work that takes a while. */
export function askJob(job: MergeJob | SitesJob | CoverageJob): Promise<Job> {
  return ask("/api/jobs", { body: job });
}

/** Cancel a job, or ask again for one that failed. */
export function turnJob(job: string, what: "cancel" | "retry"): Promise<Job> {
  return ask(`/api/jobs/${job}/${what}`, { method: "POST" });
}

/** Tell each stage of a job as it comes, until it has ended or the function is called that is given. */
export function followJob(job: string, tell: (now: Job) => void): () => void {
  const events = new EventSource(`/api/jobs/${job}/events`);
  events.addEventListener("job", (event) => {
    const now = JSON.parse((event as MessageEvent<string>).data) as Job;
    if (ENDED.has(now.state)) events.close();
    tell(now);
  });
  return () => events.close();
}
