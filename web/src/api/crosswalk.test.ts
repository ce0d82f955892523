import { expect, test } from "vitest";
import { keptShare, originsOf } from "./crosswalk";

const CSV = `cell_id,department,old_code,area_m2,area_share,households,household_share
c1,ecology,,141.77,0.1,0,0.0
c1,ecology,HB1,900,0.9,90,0.9
c1,emergency,YJ1,500,0.5,50,0.5
c1,emergency,YJ2,500,0.5,50,0.5
c2,ecology,HB2,100,1.0,0,
`;

test("the old cells of a cell are told by department, the largest share first", () => {
  expect(
    originsOf(CSV)
      .get("c1")
      ?.map(({ code }) => code),
  ).toEqual(["HB1", "YJ1", "YJ2", ""]);
});

test("what is kept of a cell is the mean of the largest shares of the departments", () => {
  expect(keptShare(originsOf(CSV).get("c1") ?? [])).toBeCloseTo(0.7);
  expect(keptShare([])).toBeNull();
});
