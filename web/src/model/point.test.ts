import fc from "fast-check";
import { expect, test } from "vitest";
import { onGrid, type Point, segmentsMeet, side } from "./point";

const far = 4_000_000_000;
const place = fc.tuple(fc.integer({ min: -far, max: far }), fc.integer({ min: -far, max: far }));

test("the side of a place is exact however close it is to the line and far from the origin", () => {
  fc.assert(
    fc.property(place, place, fc.integer({ min: 0, max: 9 }), (a, b, k) => {
      const c: Point = [a[0] + k * (b[0] - a[0]) + 1, a[1] + k * (b[1] - a[1])];
      const turn =
        BigInt(b[0] - a[0]) * BigInt(c[1] - a[1]) - BigInt(b[1] - a[1]) * BigInt(c[0] - a[0]);
      expect(side(a, b, c)).toBe(turn > 0n ? 1 : turn < 0n ? -1 : 0);
    }),
  );
});

test("a step beside a line of a thousand kilometres is seen", () => {
  expect(side([0, 0], [1e9, 1e9 + 1], [999_999_999, 1e9])).toBe(1);
  expect(side([0, 0], [1e9, 1e9 + 1], [1e9, 1e9 + 1])).toBe(0);
});

test.each<[string, [Point, Point, Point, Point], boolean]>([
  [
    "cross",
    [
      [0, 0],
      [4, 4],
      [0, 4],
      [4, 0],
    ],
    true,
  ],
  [
    "touch with an end",
    [
      [0, 0],
      [4, 0],
      [2, 0],
      [2, 3],
    ],
    true,
  ],
  [
    "lie on each other",
    [
      [0, 0],
      [4, 0],
      [3, 0],
      [9, 0],
    ],
    true,
  ],
  [
    "are in line and apart",
    [
      [0, 0],
      [4, 0],
      [5, 0],
      [9, 0],
    ],
    false,
  ],
  [
    "would cross if longer",
    [
      [0, 0],
      [4, 4],
      [9, 0],
      [5, 4],
    ],
    false,
  ],
])("segments that %s", (_, [a, b, c, d], meet) => {
  expect(segmentsMeet(a, b, c, d)).toBe(meet);
});

test("a place is rounded to whole steps, never to minus zero", () => {
  expect(onGrid([1.4, -0.2])).toEqual([1, 0]);
  expect(() => onGrid([Number.POSITIVE_INFINITY, 0])).toThrow("not a place");
});
