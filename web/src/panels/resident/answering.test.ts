import { expect, test, vi } from "vitest";

const KIND = { name: "clinic", label_zh: "诊所", label_en: "Clinic" };
const DISTRICT = { grid: true, nearest: true, kinds: [KIND], profiles: [] };

/** A browser whose service answers when the test says, and gives up what it is told to. */
function browser() {
  const sent: { readonly path: string; readonly answer: (body: unknown) => void }[] = [];
  const ask = (path: string, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      sent.push({ path, answer: (body) => resolve(new Response(JSON.stringify(body))) });
    });
  const still = { getItem: () => null, setItem: () => undefined };
  for (const [name, value] of [
    ["localStorage", still],
    ["location", { hash: "" }],
    ["fetch", ask],
  ] as const) {
    vi.stubGlobal(name, value);
  }
  return sent;
}

const settled = () => new Promise((done) => setTimeout(done));

test("one choice is one question, and a place chosen later is the one that is answered", async () => {
  const sent = browser();
  const { district } = await import("../shell/district");
  const { found, home, keepAsking } = await import("./answering");
  const { kind, standAt } = await import("./state");
  district.value = DISTRICT as never;
  keepAsking();
  standAt({ lon: 1, lat: 1 }, "");
  expect(sent.map(({ path }) => path.split("?")[0])).toEqual(["/api/which-cell", "/api/nearest"]);
  standAt({ lon: 2, lat: 2 }, "");
  const [first, , later] = sent;
  later?.answer({ cell_id: "later" });
  first?.answer({ cell_id: "first" });
  await settled();
  expect(home.value).toEqual({ state: "here", value: { cell_id: "later" } });
  kind.value = KIND.name;
  kind.value = KIND.name; // a second tap on the same button
  expect(sent.length).toBe(5);
  sent[4]?.answer({ kinds: { clinic: [] } });
  await settled();
  expect(found.value).toEqual({ state: "here", value: [] });
});
