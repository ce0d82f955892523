import { signal } from "@preact/signals";
import {
  askJob,
  dropFile,
  ENDED,
  followJob,
  type Job,
  listFiles,
  listJobs,
  type MergeJob,
  type SitesJob,
  sendFile,
  turnJob,
  type Upload,
} from "../api/jobs";
import { listPlans } from "../api/plans";
import { asking } from "./asking";
import { plans, run } from "./bench";

export const ROLES = ["none", "department", "communities", "households", "roads"] as const;
export type Role = (typeof ROLES)[number];

/** What a file that was sent is to be used as. */
export interface Use {
  readonly role: Role;
  readonly department: string;
}

export const files = signal<readonly Upload[]>([]);
export const uses = signal<Readonly<Record<string, Use>>>({});
export const jobs = signal<readonly Job[]>([]);
/** The file that is being sent. */
export const sending = signal("");

const GUESSES: readonly (readonly [RegExp, Role, string])[] = [
  [/communit|社区/i, "communities", ""],
  [/household|people|door|户|楼/i, "households", ""],
  [/road|street|道路|路网/i, "roads", ""],
  [/politics|政法/i, "department", "politics_law"],
  [/emergency|应急/i, "department", "emergency"],
  [/urban|城管/i, "department", "urban_management"],
  [/ecolog|生态|环境/i, "department", "ecology"],
];

const listing = asking();
const followed = new Set<string>();

/** Read what was sent and asked for before, and follow what is not done. */
export async function readJobs(): Promise<void> {
  const question = () => Promise.all([listFiles(), listJobs()]);
  const tell = (found: Awaited<ReturnType<typeof question>>) => {
    [files.value, jobs.value] = found;
    for (const file of files.value) guess(file);
    for (const job of jobs.value) if (!ENDED.has(job.state)) follow(job);
  };
  await run(() => listing.ask(question, tell));
}

/** Send files one after the other; the doctor looks at each. */
export async function send(chosen: readonly File[]): Promise<void> {
  for (const file of chosen) {
    sending.value = file.name;
    await run(() => sendFile(file));
    await readJobs();
  }
  sending.value = "";
}

/** Delete a file that was sent: from now on nothing asks for it. */
export async function drop(upload: string): Promise<void> {
  listing.forget();
  files.value = files.value.filter(({ upload_id }) => upload_id !== upload);
  await run(() => dropFile(upload));
  await readJobs();
}

/** Use a file as something. */
export function useAs(upload: string, use: Use): void {
  uses.value = { ...uses.value, [upload]: use };
}

/** Whether there is enough for a merge. */
export function isEnough(): boolean {
  return ["department", "communities", "households"].every((role) => of(role as Role).length > 0);
}

/** Merge the files as they are to be used, into a plan of that name. */
export async function startMerge(name: string, size: readonly [number, number]): Promise<void> {
  const departments = Object.fromEntries(
    of("department").map(({ upload_id, file }) => [
      uses.value[upload_id]?.department || file.replace(/\..*$/, ""),
      upload_id,
    ]),
  );
  await request({
    kind: "merge",
    plan_id: name,
    name,
    departments,
    communities: of("communities")[0]?.upload_id ?? "",
    households: of("households")[0]?.upload_id ?? "",
    roads: of("roads")[0]?.upload_id ?? null,
    size,
  });
}

/** Ask for work that takes a while, and follow it. */
export async function request(job: MergeJob | SitesJob): Promise<Job | undefined> {
  const asked = await run(() => askJob(job));
  if (asked !== undefined) follow(asked);
  return asked;
}

/** Cancel a job, or ask for it again. */
export async function turn(job: string, what: "cancel" | "retry"): Promise<void> {
  const now = await run(() => turnJob(job, what));
  if (now === undefined) return;
  put(now);
  if (what === "retry") follow(now);
}

function of(role: Role): Upload[] {
  return files.value.filter(({ upload_id }) => uses.value[upload_id]?.role === role);
}

function guess({ upload_id, file }: Upload): void {
  if (uses.value[upload_id] !== undefined) return;
  const [, role, department] = GUESSES.find(([sign]) => sign.test(file)) ?? [/./, "none", ""];
  useAs(upload_id, { role: role as Role, department });
}

function follow(job: Job): void {
  put(job);
  if (followed.has(job.job_id)) return;
  followed.add(job.job_id);
  followJob(job.job_id, async (now) => {
    put(now);
    if (ENDED.has(now.state)) followed.delete(now.job_id);
    if (now.state === "done" && now.kind === "merge")
      plans.value = (await run(listPlans)) ?? plans.value;
  });
}

function put(job: Job): void {
  const others = jobs.value.filter(({ job_id }) => job_id !== job.job_id);
  jobs.value = [job, ...others].sort((a, b) => (a.asked_at < b.asked_at ? 1 : -1));
}
