import { expect, test } from "vitest";
import { projectionOf } from "./projection";

/** What PROJ makes of lon/lat in EPSG:4326: code, degrees, metres to a tenth of a millimetre. */
const TABLE: readonly (readonly [number, number, number, number, number])[] = [
  [4547, 114.2712345, 30.6123456, 526008.2937, 3388027.9245],
  [4547, 112.51, 18.2, 342366.0221, 2013758.5269],
  [4547, 116.49, 53.5, 665218.8657, 5933152.564],
  [4548, 116.84, 38.3, 486004.2443, 4240809.9259],
  [4549, 121.47, 31.23, 640060.3377, 3457406.4355],
  [4526, 114.2712345, 30.6, 38526011.5925, 3386659.2503],
  [4534, 73.6, 39.5, 379578.8992, 4374950.0281],
  [4554, 134.7, 48.3, 477742.51, 5351829.074],
  [4508, 113.9, 22.5, 798489.864, 2492059.7815],
  [4497, 111.9, 22.5, 19592609.3363, 2489445.6723],
  [32635, 24.94, 60.17, 385700.4214, 6672126.7431],
  [32749, 113.2, -7.1, 742998.4457, 9214619.6137],
];

test.each(TABLE)("EPSG:%i puts %f, %f where PROJ does, and back", (epsg, lon, lat, x, y) => {
  const projection = projectionOf(epsg);
  const place = projection?.toGrid([lon, lat]) ?? [0, 0];
  expect(Math.hypot(place[0] - x, place[1] - y)).toBeLessThan(1e-4);
  const back = projection?.toLonlat([x, y]) ?? [0, 0];
  expect(Math.hypot(back[0] - lon, back[1] - lat)).toBeLessThan(2e-9);
});

test("a place goes to degrees and back to the same millimetre", () => {
  const projection = projectionOf(4547);
  for (let x = 400_000; x <= 600_000; x += 12_345.678) {
    const back = projection?.toGrid(projection.toLonlat([x, 3_380_000.123])) ?? [0, 0];
    expect(Math.hypot(back[0] - x, back[1] - 3_380_000.123)).toBeLessThan(1e-6);
  }
});

test("a code that plans are not drawn in has no projection", () => {
  expect([3857, 4326, 4600, 32661].map(projectionOf)).toEqual([null, null, null, null]);
});
