import { expect, test } from "vitest";
import type { Point } from "../model/point";
import { partitionOf } from "../model/rows";
import { freeIds, issued } from "./ids";
import { atomAt, nearestBorder, nearestVertex, wholeBorder } from "./pick";
import { square } from "./square.fixture";

const pair = partitionOf({ cells: [square("c1001", 0), square("c1002", 10)] });

test("the nearest vertex of a border is met within reach, and none beyond", () => {
  const near = nearestVertex(pair, [10_300, 200], 1000);
  expect(pair.vertices.get(near ?? -1)).toEqual([10_000, 0]);
  expect(nearestVertex(pair, [5000, 5000], 1000)).toBeNull();
});

test("a border is met at the place nearest to the pointer, and is whole from junction to junction", () => {
  const met = nearestBorder(pair, [10_400, 4000], 1000);
  expect(met?.place).toEqual([10_000, 4000]);
  const path = met === null ? [] : wholeBorder(pair, met);
  expect(path.map((id) => pair.vertices.get(id) as Point).toSorted((a, b) => a[1] - b[1])).toEqual([
    [10_000, 0],
    [10_000, 10_000],
  ]);
});

test("the block under a place is found, and none outside", () => {
  expect(atomAt(pair, [15_000, 5000])?.cell).toBe("c1002");
  expect(atomAt(pair, [25_000, 5000])).toBeNull();
});

test("new ids are the next numbers of the community that nothing has", () => {
  expect(freeIds(pair, "c1001", 2)).toEqual(["c1003", "c1004"]);
});

test("an id that a cell had before it was merged is not given again", () => {
  issued.value = new Set(["c1003"]);
  expect(freeIds(pair, "c1001", 1)).toEqual(["c1004"]);
});
