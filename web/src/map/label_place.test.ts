import fc from "fast-check";
import { expect, test } from "vitest";
import { labelPlace } from "./label_place";

const square = [
  [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
    [0, 0],
  ],
];

test("the name of a square is in its middle", () => {
  expect(labelPlace(square)).toEqual([5, 5]);
});

test("the name of a cell with a hole is beside the hole", () => {
  const hole = [
    [3, 2],
    [9, 2],
    [9, 8],
    [3, 8],
    [3, 2],
  ];
  const [x] = labelPlace([...square, hole]);
  expect(x).toBe(1.5);
});

test("the name of a bent cell is inside it", () => {
  const bent = [
    [
      [0, 0],
      [10, 0],
      [10, 10],
      [8, 10],
      [8, 2],
      [0, 2],
      [0, 0],
    ],
  ];
  expect(labelPlace(bent)).toEqual([9, 5]);
});

test("the name of a star-shaped cell is inside it, whatever its corners", () => {
  const radii = fc.array(fc.double({ min: 1, max: 50, noNaN: true }), {
    minLength: 4,
    maxLength: 20,
  });
  fc.assert(
    fc.property(radii, (far) => {
      const ring = far.map((r, i) => {
        const angle = (2 * Math.PI * i) / far.length;
        return [r * Math.cos(angle), r * Math.sin(angle)] as const;
      });
      const [x, y] = labelPlace([ring]);
      const crossed = ring.filter(([ax, ay], i) => {
        const [bx, by] = ring[(i + 1) % ring.length] ?? [0, 0];
        return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax);
      });
      expect(crossed.length % 2).toBe(1);
    }),
  );
});
