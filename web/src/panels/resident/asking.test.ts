import { beforeAll, expect, test, vi } from "vitest";

// the text follows what the browser keeps; a test has no browser
beforeAll(() => vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }));

const DAY = 24 * 60;
const week = [...Array(7).keys()].map((d) => [d * DAY + 480, d * DAY + 1080] as const);

test("the minute of the week is that of China, wherever the device is", async () => {
  const { minuteOfWeek } = await import("./hours");
  expect(minuteOfWeek(Date.UTC(2024, 4, 5, 16, 0))).toBe(0); // Sunday 16:00 UTC is Monday there
  expect(minuteOfWeek(Date.UTC(2024, 4, 5, 15, 59))).toBe(7 * DAY - 1);
});

test("a service is open up to its closing minute, and tells when that changes", async () => {
  const { openingAt } = await import("./hours");
  expect(openingAt(week, 480)).toEqual({ open: true, changes: 1080 });
  expect(openingAt(week, 1080)).toEqual({ open: false, changes: DAY + 480 });
  expect(openingAt(week, 7 * DAY - 1)).toEqual({ open: false, changes: 480 });
});

test("a night that runs into Monday is open on Monday, and what never closes stays open", async () => {
  const { openingAt } = await import("./hours");
  const night = [[6 * DAY + 1200, 7 * DAY + 120]] as const;
  expect(openingAt(night, 60)).toEqual({ open: true, changes: 120 });
  expect(openingAt(night, 120)).toEqual({ open: false, changes: 6 * DAY + 1200 });
  expect(openingAt([[0, 7 * DAY]], 77)).toEqual({ open: true, changes: null });
  expect(openingAt([], 77)).toEqual({ open: false, changes: null });
});

test("hours are told in the words of the language", async () => {
  const { hoursInWords } = await import("./hours");
  expect(hoursInWords("Mo-Su 08:00-21:30")).toBe("每天 08:00-21:30");
  expect(hoursInWords("Mo-Fr 08:00-12:00,14:00-17:00")).toBe("周一-周五 08:00-12:00, 14:00-17:00");
  expect(hoursInWords("24/7")).toBe("全天开放");
});

test("a link says the place to ten metres and is read back the same", async () => {
  const { readLink, writeLink } = await import("./link");
  const asked = { place: { lon: 114.2595, lat: 30.6047 }, pace: "elder_75", kind: "pharmacy" };
  expect(writeLink(asked)).toBe("#at=114.2595,30.6047&pace=elder_75&kind=pharmacy");
  expect(readLink(writeLink(asked))).toEqual(asked);
  expect(readLink("#at=114.259512345,30.60471").place).toEqual({ lon: 114.2595, lat: 30.6047 });
});

test("a link that makes no sense is no place", async () => {
  const { readLink, writeLink } = await import("./link");
  for (const hash of ["", "#", "#at=", "#at=x,y", "#at=1", "#at=999,0", "#at=0,91", "#%%%"]) {
    expect(readLink(hash).place, hash).toBeNull();
  }
  expect(writeLink({ place: null, pace: "", kind: "" })).toBe("");
});
