import fc from "fast-check";
import { beforeAll, expect, test, vi } from "vitest";

// the text follows what the browser keeps; a test has no browser
beforeAll(() => vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }));

const HOME = "http://localhost";

test("after logging in one goes where one wanted, if that is a page of ours", async () => {
  const { nextPage } = await import("./log_in");
  expect(nextPage("?next=/work")).toBe("/work");
  expect(nextPage("?next=%2Fplan%3Fplan%3Dmain")).toBe("/plan?plan=main");
  expect(nextPage("")).toBe("/office");
});

test("whatever an address asks for, one stays here", async () => {
  const { nextPage } = await import("./log_in");
  const stays = (next: string) => {
    const search = `?${new URLSearchParams({ next })}`;
    expect(new URL(nextPage(search), HOME).origin, next).toBe(HOME);
  };
  for (const next of [
    "//evil.example",
    "/\\evil.example",
    "https:\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\\\\evil.example",
  ]) {
    stays(next);
  }
  const sign = fc.constantFrom(
    "/",
    "\\",
    "\t",
    "\n",
    "\r",
    " ",
    ":",
    "@",
    ".",
    "evil",
    "http",
    "?",
  );
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 8 }), (signs) => {
      stays(signs.join(""));
      stays(`/${signs.join("")}`);
    }),
  );
});
