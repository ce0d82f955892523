import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { apply, fits } from "./apply";
import { board, communityAreas, islands, SIDE, snapshot } from "./board.fixture";
import type { Change } from "./change";
import { planEdit } from "./edit";
import { invert } from "./invert";
import { cells, facePlaces, type Partition } from "./partition";
import { OPERATIONS, randomEdit } from "./random.fixture";
import { isRefusal } from "./regroup";
import { openSession, perform, redo, replay, toEdits, undo } from "./session";
import { validate } from "./validate";

const [COLUMNS, ROWS] = [4, 3];
const RUNS = { numRuns: 20, seed: 2 };
vi.setConfig({ testTimeout: 120_000 });
const STARTS = [board(COLUMNS, ROWS), board(COLUMNS, ROWS, 2), islands()];
const starts = fc.constantFrom(...STARTS);
const seeds = fc.array(fc.integer(), { minLength: 1, maxLength: 25 });

/** Run random edits, with a look at each change. */
function run(
  start: Partition,
  list: readonly number[],
  look: (before: Partition, change: Change) => void,
): Partition {
  return list.reduce((now, seed, serial) => {
    const change = planEdit(now, randomEdit(now, seed, serial));
    if (isRefusal(change)) return now;
    look(now, change);
    return apply(now, change);
  }, start);
}

/** All cells by places and attributes: what two partitions with other vertex ids have in common. */
function ground(partition: Partition): unknown {
  return cells(partition).map((face) => {
    const rings = facePlaces(partition, face).map((ring) => ring.map(String).sort());
    return [face.id, face.attributes, rings.sort()];
  });
}

test("any sequence of edits leaves a valid partition, and trying one changes nothing by itself", () => {
  const done = new Map<string, number>();
  fc.assert(
    fc.property(starts, seeds, (start, list) => {
      const first = snapshot(start);
      run(start, list, (before, change) => {
        expect(validate(apply(before, change)), change.op).toEqual([]);
        done.set(change.op, (done.get(change.op) ?? 0) + 1);
      });
      expect(snapshot(start)).toBe(first);
    }),
    RUNS,
  );
  for (const op of OPERATIONS) expect(done.get(op) ?? 0, op).toBeGreaterThan(0);
});

test("no edit changes the area of a community by more than the rounding of its new vertices", () => {
  fc.assert(
    fc.property(starts, seeds, (start, list) => {
      run(start, list, (before, change) => {
        const areas = communityAreas(apply(before, change));
        // a vertex is at most a step off an edge that is at most as long as the board, in metres
        const touched = change.vertices.added.length + change.vertices.moved.length;
        const room = 1e-6 + touched * 0.001 * SIDE * COLUMNS;
        for (const [community, area] of communityAreas(before)) {
          expect(Math.abs((areas.get(community) ?? 0) - area)).toBeLessThanOrEqual(room);
        }
      });
    }),
    RUNS,
  );
});

test("no edit loses or invents anybody", () => {
  const people = (partition: Partition) =>
    cells(partition).reduce((sum, { attributes }) => sum + Number(attributes.households), 0);
  fc.assert(
    fc.property(starts, seeds, (start, list) => {
      expect(people(run(start, list, () => undefined))).toBe(people(start));
    }),
    RUNS,
  );
});

test("a change and its inverse are nothing, also when written as JSON", () => {
  fc.assert(
    fc.property(starts, seeds, (start, list) => {
      run(start, list, (before, change) => {
        const there = apply(before, change);
        const read: Change = JSON.parse(JSON.stringify(change));
        expect(snapshot(apply(there, invert(read)))).toBe(snapshot(before));
        expect(snapshot(apply(before, read))).toBe(snapshot(there));
        expect(invert(invert(change))).toEqual(change);
        expect(fits(there, change)).toBe(fits(before, change) && nothing(change));
      });
    }),
    RUNS,
  );
});

function nothing({ vertices, faces, atoms, conflicts }: Change): boolean {
  const all = [vertices, faces, atoms, conflicts].flatMap((s) => [...s.removed, ...s.added]);
  return all.length + vertices.moved.length === 0;
}

test("a session undoes to the start, redoes to the end, and its edits replay to the same cells", () => {
  fc.assert(
    fc.property(starts, seeds, (start, list) => {
      let session = openSession(start, 7);
      for (const [serial, seed] of list.entries()) {
        const next = perform(session, randomEdit(session.now, seed, serial));
        if (!isRefusal(next)) session = next;
      }
      const back = session.done.reduce((now) => undo(now), session);
      expect(snapshot(back.now)).toBe(snapshot(start));
      const again = session.done.reduce((now) => redo(now), back);
      expect(snapshot(again.now)).toBe(snapshot(session.now));
      const edits = JSON.parse(JSON.stringify(toEdits(session)));
      const fresh = replay(start, 7, edits);
      expect(fresh.refused).toEqual([]);
      expect(ground(fresh.session.now)).toEqual(ground(session.now));
    }),
    RUNS,
  );
});
