import { expect, test, vi } from "vitest";
import { partitionOf } from "../model/rows";
import { openSession } from "../model/session";

// the text follows what the browser keeps, as soon as it is read; a test has no browser
vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }));

import { act, startDrawing } from "./drawing";
import { cellsOfFault } from "./save";
import { square } from "./square.fixture";

test("a fault of a save tells its place by the number of the edit, or by the cell", () => {
  startDrawing(openSession(partitionOf({ cells: [square("c1", 0), square("c2", 10)] }), 0));
  expect(act({ op: "rename", cell_id: "c1", name: "first" })).toBe(true);
  expect(act({ op: "merge", cell_ids: ["c1", "c2"], new_id: "c1" })).toBe(true);
  expect(cellsOfFault({ what: "edits[0] rename: no" })).toEqual(["c1"]);
  expect(cellsOfFault({ what: "a name", where: "edits[0].name" })).toEqual(["c1"]);
  expect(cellsOfFault({ what: "edits[1] merge: no" })).toEqual(expect.arrayContaining(["c2"]));
  expect(cellsOfFault({ what: "cell c2 is not yours", where: "cells/c2" })).toEqual(["c2"]);
  expect(cellsOfFault({ what: "edits[9] merge: no" })).toEqual([]);
  expect(cellsOfFault({})).toEqual([]);
});
