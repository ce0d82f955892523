import fc from "fast-check";
import { expect, test } from "vitest";
import { VersionedMap } from "./versions";

test("every version of a map keeps its entries, in whatever order the versions are read", () => {
  const entry = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.option(fc.nat(), { nil: undefined }));
  const writes = fc.array(fc.record({ from: fc.nat(), entries: fc.array(entry) }));
  fc.assert(
    fc.property(writes, fc.array(fc.nat()), (list, reads) => {
      const versions = [new VersionedMap<number, number>([[0, 0]])];
      const plain = [new Map([[0, 0]])];
      for (const { from, entries } of list) {
        const i = from % versions.length;
        versions.push(versions[i]?.with(entries) ?? new VersionedMap());
        const copy = new Map(plain[i]);
        for (const [key, value] of entries) {
          if (value === undefined) copy.delete(key);
          else copy.set(key, value);
        }
        plain.push(copy);
      }
      for (const i of [...reads.map((read) => read % versions.length), ...versions.keys()]) {
        expect([...(versions[i] ?? [])].sort()).toEqual([...(plain[i] ?? [])].sort());
      }
    }),
  );
});

test("a loop over one version may look into another one", () => {
  const one = new VersionedMap([
    [1, "a"],
    [2, "b"],
  ]);
  const two = one.with([[1, undefined]]);
  expect([...one].filter(([key]) => two.has(key))).toEqual([[2, "b"]]);
  expect([one.size, two.size]).toEqual([2, 1]);
});
