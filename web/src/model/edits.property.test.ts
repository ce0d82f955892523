import fc from "fast-check";
import { expect, test } from "vitest";
import { apply, fits } from "./apply";
import { board, communityAreas, islands, SIDE } from "./board.fixture";
import type { Change, Refusal } from "./change";
import { insertVertex } from "./insert";
import { invert } from "./invert";
import { mergeFaces } from "./merge";
import { moveVertex } from "./move";
import { cells, type Partition, placeOf, ringPlaces } from "./partition";
import type { Point } from "./point";
import { pairs } from "./ring";
import { splitFace } from "./split";
import { validate } from "./validate";

const [COLUMNS, ROWS] = [4, 3];
const RUNS = { numRuns: 200 };

interface Try {
  readonly op: "move" | "insert" | "split" | "merge";
  readonly pick: readonly [number, number];
  readonly places: readonly Point[];
}

const place = fc.tuple(
  fc.integer({ min: -300, max: COLUMNS * SIDE + 300 }),
  fc.integer({ min: -300, max: ROWS * SIDE + 300 }),
);
const tries = fc.array(
  fc.record<Try>({
    op: fc.constantFrom("move", "insert", "split", "merge"),
    pick: fc.tuple(fc.nat(), fc.nat()),
    places: fc.array(place, { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 25 },
);

const starts = fc.constantFrom(board(COLUMNS, ROWS), islands());

/** Try an edit near what is there, so that many are accepted and many are refused. */
function attempt(
  partition: Partition,
  { op, pick, places }: Try,
  serial: number,
): Change | Refusal {
  const all = cells(partition);
  const face = all[pick[0] % all.length];
  const ring = face?.rings[pick[1] % face.rings.length] ?? [];
  const edge = [...pairs(ring)][pick[1] % ring.length] ?? [-1, -1];
  const [asked = [0, 0]] = places;
  const name = (part: string) => ({ id: `${op} ${serial} ${part}`, attributes: {} });
  switch (op) {
    case "move": {
      const [x, y] = placeOf(partition, edge[0]);
      return moveVertex(partition, edge[0], [x + (asked[0] % 900), y + (asked[1] % 900)]);
    }
    case "insert":
      return insertVertex(partition, edge, asked);
    case "split": {
      const [west, ...rest] = ringPlaces(partition, ring);
      const far = rest[Math.floor(rest.length / 2)] ?? asked;
      const line = pick[1] % 2 === 0 || west === undefined ? places : [west, far];
      return splitFace(partition, face?.id ?? "", line, [name("left"), name("right")]);
    }
    case "merge": {
      const other = all[pick[1] % all.length];
      const beside = all.find(({ rings }) => rings.some((r) => isReversed(r, edge)));
      const pair = pick[1] % 3 === 0 ? other : beside;
      return mergeFaces(partition, [face?.id ?? "", pair?.id ?? ""], name("whole"));
    }
  }
}

function isReversed(ring: readonly number[], [from, to]: readonly [number, number]): boolean {
  return [...pairs(ring)].some(([a, b]) => a === to && b === from);
}

/** All that a partition is, in an order that does not depend on its history. */
function snapshot({ vertices, faces }: Partition): string {
  const order = <K, V>(map: ReadonlyMap<K, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([order(vertices), order(faces)]);
}

/** Run a list of edits, with a look at each change. */
function run(
  start: Partition,
  list: readonly Try[],
  look: (before: Partition, change: Change) => void,
): Partition {
  let now = start;
  list.forEach((one, serial) => {
    const before = snapshot(now);
    const result = attempt(now, one, serial);
    expect(snapshot(now)).toBe(before);
    if (result.kind === "refusal") return;
    look(now, result);
    now = apply(now, result);
  });
  return now;
}

test("any sequence of edits leaves a valid partition, and trying one changes nothing by itself", () => {
  fc.assert(
    fc.property(starts, tries, (start, list) => {
      const end = run(start, list, (before, change) => {
        expect(validate(apply(before, change)), change.op).toEqual([]);
      });
      expect(validate(end)).toEqual([]);
    }),
    RUNS,
  );
});

test("no edit changes the area of a community by more than the rounding of its new vertices", () => {
  fc.assert(
    fc.property(starts, tries, (start, list) => {
      run(start, list, (before, change) => {
        const areas = communityAreas(apply(before, change));
        // A new vertex is at most 0.71 steps off an edge that is at most as long as the board.
        const room = change.vertices.added.length * 0.36 * SIDE * COLUMNS;
        for (const [community, area] of communityAreas(before)) {
          expect(Math.abs((areas.get(community) ?? 0) - area)).toBeLessThanOrEqual(room);
        }
      });
    }),
    RUNS,
  );
});

test("a change and its inverse are nothing, and the inverse of the inverse is the change", () => {
  fc.assert(
    fc.property(starts, tries, (start, list) => {
      run(start, list, (before, change) => {
        const there = apply(before, change);
        expect(snapshot(apply(there, invert(change)))).toBe(snapshot(before));
        expect(invert(invert(change))).toEqual(change);
      });
    }),
    RUNS,
  );
});

test("a history is undone to the start and redone to the same end, also when saved as JSON", () => {
  fc.assert(
    fc.property(starts, tries, (start, list) => {
      const history: Change[] = [];
      const end = run(start, list, (_, change) => history.push(change));
      const saved: Change[] = JSON.parse(JSON.stringify(history));
      const undone = saved.toReversed().map(invert).reduce(apply, end);
      expect(snapshot(undone)).toBe(snapshot(start));
      expect(snapshot(saved.reduce(apply, undone))).toBe(snapshot(end));
    }),
    RUNS,
  );
});

test("a change that has been applied does not fit a second time", () => {
  fc.assert(
    fc.property(starts, tries, (start, list) => {
      run(start, list, (before, change) => {
        const { vertices, faces } = change;
        const isNothing = vertices.moved.length === 0 && faces.added.length === 0;
        expect(fits(apply(before, change), change)).toBe(isNothing);
      });
    }),
    RUNS,
  );
});
