import { expect, test } from "vitest";
import { board, cell, partitionOfCells, square } from "./board.fixture";
import { fromPolygons, toPolygons } from "./polygons";
import { STEPS } from "./rules";
import { validate } from "./validate";

test("polygons come back as they went in, to the millimetre and in the order of their ids", () => {
  const rings = [
    [
      [500_000.123, 4_200_000.001],
      [500_010.1, 4_200_000.001],
      [500_010.1, 4_200_009.999],
      [500_000.123, 4_200_000.001],
    ],
  ] as const;
  const given = { id: "g", community: "c", attributes: { households: 300, name: null }, rings };
  expect(toPolygons(fromPolygons({ cells: [given] }, 1000), 1000)).toEqual([given]);
});

test("neighbours that share a border share its vertices", () => {
  expect(board(3, 2).vertices.size).toBe(12);
  expect(board(3, 2, 2).vertices.size).toBe(35);
});

test("open, closed and clockwise rings make the same partition", () => {
  const [open, closed, clockwise] = [
    square(0, 0, 10),
    [...square(0, 0, 10), [0, 0] as const],
    square(0, 0, 10).toReversed(),
  ].map((ring) => toPolygons(partitionOfCells(cell("a", "c", [...ring])), STEPS)[0]?.rings[0]);
  expect(closed).toEqual(open);
  expect(new Set(clockwise?.map(String))).toEqual(new Set(open?.map(String)));
});

test("parts apart and an enclave have the outside around and in them", () => {
  const partition = partitionOfCells(
    cell("a", "c", square(0, 0, 100), square(40, 40, 20)),
    cell("b", "c", square(200, 0, 9)),
  );
  expect(partition.faces.get("")?.rings).toHaveLength(3);
  expect(validate(partition)).toEqual([]);
});

test("two cells of one id are refused, and so is the id of the outside", () => {
  const twice = [cell("a", "c", square(0, 0, 9)), cell("a", "c", square(9, 0, 9))];
  expect(() => partitionOfCells(...twice)).toThrow('"a"');
  expect(() => partitionOfCells(cell("", "c", square(0, 0, 9)))).toThrow(RangeError);
});
