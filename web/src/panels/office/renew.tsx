import { batch, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { summary } from "../../api/board";
import { askJob, ENDED, followJob, type Job } from "../../api/jobs";
import { everyItem, listPlans, planPath } from "../../api/plans";
import { currentSession } from "../../api/session";
import { type Pack, readStandards } from "../../api/standards";
import { tell } from "../../text/office";
import { Acts } from "../shell/acts";
import { useAsked } from "../shell/use_asked";
import { again, board, kind, profile } from "./state";

const GAPS = "gaps.csv";
/** Whoever may read a plan's files; its figures are measured for whole districts only. */
const READERS: ReadonlySet<string> = new Set(["subdistrict_office", "planner", "admin"]);

interface Known {
  readonly plan: string;
  readonly stale: boolean;
  readonly packs: readonly Pack[];
  /** The name of the pack that the figures were measured by. */
  readonly used: string;
  readonly whole: boolean;
}

/** Whether the figures still hold, and a way to measure anew, by another standard too. */
export default function Renew() {
  const known = useSignal<Known | null>(null);
  const pack = useSignal("");
  const message = useSignal("");
  const leave = useRef<() => void>(() => undefined);
  useEffect(() => () => leave.current(), []);
  useAsked(
    learn,
    (found) => {
      known.value = found;
    },
    [again.value],
  );
  const now = known.value;
  if (now === null) return null;
  const ended = (job: Job, done: () => void) => {
    const { state, stage } = job;
    message.value = ENDED.has(state)
      ? tell(state === "done" ? "computed" : "compute_failed")
      : tell("computing", { stage });
    if (state === "done") {
      batch(() => {
        kind.value = profile.value = ""; // another standard speaks of other kinds
        again.value += 1;
      });
    }
    if (ENDED.has(state)) done();
  };
  const measure = async () => {
    message.value = tell("computing", { stage: "" });
    const standard = pack.value || now.used;
    const profiles = board.value?.profiles ?? [];
    try {
      const job = await askJob({ kind: "coverage", plan_id: now.plan, profiles, standard });
      await new Promise<void>((done) => {
        leave.current = followJob(job.job_id, (told) => ended(told, done));
      });
    } catch {
      message.value = tell("compute_failed");
    }
  };
  return (
    <>
      {now.stale && <p class="problem">{tell("stale")}</p>}
      {now.whole && (
        <details class="screen" open={now.stale}>
          <summary>{tell("renew")}</summary>
          <div class="choosers">
            <label>
              {tell("pack")}
              <select
                value={pack.value || now.used}
                onChange={(event) => {
                  pack.value = event.currentTarget.value;
                }}
              >
                {now.packs.map((one) => (
                  <option key={one.name} value={one.name}>
                    {titleOf(one)}
                  </option>
                ))}
              </select>
            </label>
            <Acts class="main" act={measure}>
              {tell("recompute")}
            </Acts>
          </div>
        </details>
      )}
      <p role="status" class="screen">
        {message.value}
      </p>
    </>
  );
}

/** What the plan that everybody sees was measured from, for those who may know. */
async function learn(signal: AbortSignal): Promise<Known | null> {
  const session = await currentSession();
  if (!session || !READERS.has(session.role)) return null;
  const plan = (await listPlans()).find(({ status }) => status === "published")?.plan_id;
  if (plan === undefined) return null;
  const [files, { packs }, { standard }] = await Promise.all([
    everyItem<{ readonly name: string; readonly stale: boolean }>(planPath(plan, "/results")),
    readStandards(signal),
    summary(signal),
  ]);
  const stale = files.some((file) => file.name === GAPS && file.stale);
  const used =
    packs.find(({ name }) => name === standard?.pack) ?? packs.find((one) => one.default);
  return { plan, stale, packs, used: used?.name ?? "", whole: session.areas.includes("district") };
}

function titleOf(pack: Pack): string {
  const title = pack.titles.join("、") || pack.name;
  if (pack.unverified > 0) return tell("pack_unread", { title });
  return pack.own ? tell("pack_own", { title }) : title;
}
