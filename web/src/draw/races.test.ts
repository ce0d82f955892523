import { beforeEach, expect, test, vi } from "vitest";
import type { Plan } from "../api/plans";
import { toEdits } from "../model/session";
import { person, plan, trouble } from "./bench";
import { act, drawing } from "./drawing";
import { openPlan } from "./open";
import { save } from "./save";
import { changes, effects, keepCounting, put } from "./scenario";
import { drop, keepComparing, kept, pick, readScenarios, sideBySide } from "./scenarios";

// the text follows what the browser keeps, as soon as it is read; a test has no browser
vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }));

/** A question that the page asked; it is answered when the test says so. */
interface Asked {
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
  readonly answer: (value: unknown) => void;
}
let asked: Asked[] = [];

beforeEach(() => {
  asked = [];
  trouble.value = null;
  vi.stubGlobal("location", { origin: "http://app" });
  vi.stubGlobal("history", { replaceState: () => {} });
  vi.stubGlobal("fetch", (path: string, { method = "GET", body, signal }: RequestInit) => {
    return new Promise<Response>((resolve, reject) => {
      const answer = (value: unknown) => {
        const text = value === undefined ? null : JSON.stringify(value);
        resolve(new Response(text, { status: text === null ? 204 : 200 }));
      };
      signal?.addEventListener("abort", () => reject(new Error("broken off")));
      asked.push({ path, method, body: body ? JSON.parse(String(body)) : null, answer });
    });
  });
});

/** Let everything happen that waits for nothing but its turn. */
const turn = () => new Promise((done) => setTimeout(done));

/** Answer what was asked of an address, and of no other. */
function answer(part: string, value: unknown): void {
  const found = asked.filter(({ path }) => path.includes(part));
  expect(found, part).not.toEqual([]);
  for (const one of found) one.answer(value);
  asked = asked.filter((one) => !found.includes(one));
}

const named = (name: string) => ({ name, revision: 1, changes: [], author: "planner" });
const headOf = (plan_id: string, revision = 0) =>
  ({ plan_id, name: plan_id, status: "draft", revision, parent_id: null, epsg: 4544 }) as Plan;
const effectOn = (elders_60_gained: number) => ({
  exact: true,
  kinds: [{ kind: "elder_care_center", minutes: 15, cells: [], total: { elders_60_gained } }],
});
const close = (facility_id: string) => ({ op: "close", facility_id }) as const;

test("what is dropped is compared no more, and a second click asks nothing", async () => {
  plan.value = headOf("main");
  kept.value = [named("a"), named("b")];
  const stop = keepComparing();
  pick("a", true);
  pick("b", true);
  await turn();
  const [first] = kept.value;
  asked = [];
  if (first !== undefined) void drop(first);
  await turn();
  expect(asked.map(({ method, path, body }) => [method, path.split("/").at(-1), body])).toEqual([
    ["POST", "compare", expect.objectContaining({ names: ["b"] })],
    ["DELETE", "a?base_revision=1", null],
  ]);
  expect(kept.value.map(({ name }) => name)).toEqual(["b"]);
  asked.pop()?.answer(undefined);
  await turn();
  answer("limit=200", { total: 1, items: [named("b")], next: null });
  answer("compare", { scenarios: [{ name: "b", ...effectOn(3) }] });
  await turn();
  expect(asked).toEqual([]); // what is compared already is not asked for again
  expect(sideBySide.value.map(({ name }) => name)).toEqual(["b"]);
  pick("b", false);
  expect([sideBySide.value, trouble.value]).toEqual([[], null]);
  stop();
});

test("while changes are counted later ones wait, and the last is what is told", async () => {
  plan.value = headOf("main");
  const stop = keepCounting();
  put([close("1")]);
  put([close("2")]);
  put([close("3")]);
  await turn();
  expect(asked.map(({ body }) => body)).toEqual([
    expect.objectContaining({ changes: [close("1")] }),
  ]);
  answer("try", effectOn(1));
  await turn();
  expect(asked.map(({ body }) => body)).toEqual([
    expect.objectContaining({ changes: [close("3")] }),
  ]);
  answer("try", effectOn(3));
  await turn();
  expect(effects.value?.kind?.total.elders_60_gained).toBe(3);
  expect(asked).toEqual([]);
  put([close("4")]);
  put([]);
  await turn();
  expect([effects.value, trouble.value]).toEqual([null, null]);
  stop();
});

test("of two plans that are asked for the later is opened, whichever comes first", async () => {
  plan.value = headOf("main");
  put([close("1")]);
  kept.value = [named("a")];
  void readScenarios();
  for (const id of ["one", "two"]) {
    void openPlan(id);
    await turn();
  }
  asked = asked.filter(({ path, answer }) => {
    if (path.startsWith("/api/plans/main/")) answer({ items: [named("a")], next: null });
    return !path.startsWith("/api/plans/main/");
  });
  for (const id of ["two", "one"]) {
    tell(id, 0);
    await turn();
  }
  expect([plan.value?.plan_id, changes.value, kept.value]).toEqual(["two", [], []]);
  expect(trouble.value).toBeNull();
});

test("what is drawn while a save is on its way is there after it, and not saved twice", async () => {
  person.value = { role: "planner", areas: ["district"] } as never;
  void openPlan("three");
  await turn();
  tell("three", 0);
  await turn();
  tell("three", 0); // the ids that were given, asked for once the plan is known
  await turn();
  expect(act({ op: "rename", cell_id: "c1", name: "first" })).toBe(true);
  void save();
  await turn();
  expect(act({ op: "rename", cell_id: "c1", name: "second" })).toBe(true);
  answer("/edits", { revision: 1, changes: [] });
  for (let i = 0; i < 4; i++) {
    await turn();
    tell("three", 1);
  }
  await turn();
  const now = drawing.value;
  expect([now?.revision, now && toEdits(now)]).toEqual([
    1,
    [{ op: "rename", cell_id: "c1", name: "second" }],
  ]);
  person.value = null;
});

/** Answer all that is asked of a plan of one square cell. */
function tell(id: string, revision: number): void {
  const square = [0, 10].flatMap((x) => (x === 0 ? [0, 10] : [10, 0]).map((y) => [x, y]));
  const geometry = { type: "Polygon", coordinates: [[...square, square[0]]] };
  const properties = { community_id: "c", code: "c1", name: "c1" };
  const cell = { type: "Feature", id: "c1", properties, geometry };
  for (const one of asked.filter(({ path }) => path.startsWith(`/api/plans/${id}`))) {
    const [, rest = ""] = one.path.split(`/api/plans/${id}`);
    if (rest === "") one.answer(headOf(id, revision));
    else if (rest === "/draft") one.answer(undefined);
    else if (rest === "/ground") one.answer({ departments: [] });
    else if (rest.startsWith("/layers/cells")) one.answer({ features: [cell], next: null });
    else if (rest.startsWith("/layers")) one.answer({ features: [], next: null });
    else one.answer({ items: [], next: null });
    asked = asked.filter((other) => other !== one);
  }
}
