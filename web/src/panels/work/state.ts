import { signal } from "@preact/signals";
import {
  type Flows,
  type Move,
  type Report,
  type Round,
  readRound,
  sendKept,
} from "../../api/cases";
import { ServiceError } from "../../api/client";
import {
  dropWaiting,
  forgetKept,
  keep,
  keptAs,
  listWaiting,
  putWaiting,
  type Waiting,
} from "../../api/kept";
import type { Place } from "../../api/public";
import { currentSession } from "../../api/session";
import { flows, loadFlows } from "../cases/flows";

interface Worker {
  readonly user_id: string;
  readonly name: string;
}

interface Sending extends Waiting {
  readonly user_id: string;
  readonly report?: Report;
  readonly move?: Move & { readonly issue_id: string };
  /** Why the service did not take it. */
  readonly refused?: string;
}

interface Known {
  readonly worker: Worker;
  readonly round: Round;
  readonly flows: Flows;
  readonly at: string;
}

const KNOWN = "round";
const BATCH_CHARS = 4_000_000; // less than the service takes at once

export const worker = signal<Worker | null>(null);
export const round = signal<Round | null>(null);
/** When the round was told, if that is not just now; empty with a connection. */
export const keptAt = signal("");
export const waiting = signal<readonly Sending[]>([]);
export const syncing = signal(false);
export const trouble = signal<"login" | "no_role" | "failed" | null>(null);

let standing: Place | null = null;
let turn = 0;

/** Load the round from where somebody stands; without a connection, the one that was kept. */
export async function loadRound(from: Place | null = standing): Promise<void> {
  standing = from;
  turn += 1;
  const mine = turn;
  try {
    const session = await currentSession();
    if (!session) {
      await forgetKept(); // what others reported is not for whoever has the phone next
      worker.value = null;
      round.value = null;
      trouble.value = "login";
      return;
    }
    const [found, tables] = await Promise.all([readRound(from), loadFlows()]);
    if (mine !== turn) return; // asked again meanwhile, from elsewhere
    const known = { worker: session, round: found, flows: tables, at: new Date().toISOString() };
    show(known);
    keptAt.value = "";
    await keep(KNOWN, { ...known, worker: { user_id: session.user_id, name: session.name } });
  } catch (error) {
    const known = error instanceof ServiceError ? undefined : await keptAs<Known>(KNOWN);
    if (known) {
      show(known);
      keptAt.value = known.at;
    } else trouble.value = codeOf(error) === "FORBIDDEN" ? "no_role" : "failed";
  }
  await lookAtWaiting();
}

function show(known: Known): void {
  worker.value = known.worker;
  round.value = known.round;
  flows.value = known.flows;
  trouble.value = null;
}

const codeOf = (error: unknown) => (error instanceof ServiceError ? error.code : "");

async function lookAtWaiting(): Promise<void> {
  const mine = worker.value?.user_id;
  waiting.value = (await listWaiting<Sending>()).filter(({ user_id }) => user_id === mine);
}

/** Note a report on this device; it is sent as soon as there is a connection. */
export const noteReport = (report: Report) => note({ id: report.issue_id, report });

/** Note a move on this device. */
export const noteMove = (issue: string, move: Move) =>
  note({ id: move.move_id, move: { ...move, issue_id: issue } });

async function note(what: Omit<Sending, "user_id">): Promise<void> {
  if (!worker.value) return;
  await putWaiting({ ...what, user_id: worker.value.user_id } as Sending);
  await lookAtWaiting();
  await sync();
}

export async function drop(id: string): Promise<void> {
  await dropWaiting(id);
  await lookAtWaiting();
}

/** Send what waits; what the service has taken is deleted here, and only that. */
export async function sync(): Promise<void> {
  if (syncing.value) return;
  syncing.value = true;
  try {
    const session = await currentSession();
    if (session?.user_id !== worker.value?.user_id) return;
    const tried = new Set<string>();
    const fresh = () =>
      waiting.value.filter(({ id, refused }) => refused === undefined && !tried.has(id));
    for (let open = fresh(); open.length > 0; open = fresh()) {
      for (const { id } of open) tried.add(id);
      for (const batch of batches(open)) await send(batch);
      await lookAtWaiting(); // what was noted while the rest was on its way
    }
    if (tried.size > 0) await loadRound();
  } catch {
    // no connection: it waits for the next time
  } finally {
    syncing.value = false;
    await lookAtWaiting();
  }
}

async function send(batch: readonly Sending[]): Promise<void> {
  const answers = await sendKept(
    batch.flatMap(({ report }) => report ?? []),
    batch.flatMap(({ move }) => move ?? []),
  );
  for (const { id, done, code, what } of answers) {
    const sent = batch.find((one) => one.id === id);
    if (done) await dropWaiting(id);
    else if (sent && code !== "CASE_UNKNOWN")
      await putWaiting({ ...sent, refused: what } as Sending);
  }
}

/** Reports before the moves that may be of them, each batch small enough to be taken. */
function batches(open: readonly Sending[]): Sending[][] {
  const sorted = [...open].sort((a, b) => Number(!a.report) - Number(!b.report));
  const found: Sending[][] = [];
  let chars = BATCH_CHARS;
  for (const one of sorted) {
    const more = JSON.stringify(one).length;
    if (chars + more > BATCH_CHARS) {
      found.push([]);
      chars = 0;
    }
    found.at(-1)?.push(one);
    chars += more;
  }
  return found;
}
