import { bench, describe } from "vitest";
import { apply } from "./apply";
import { board, changeOf } from "./board.fixture";
import { type Place, planEdit } from "./edit";
import { figuresOf, followFigures } from "./figures";
import { featuresOf } from "./rows";

/** One step of dragging a vertex: the edit, the partition, the figures and the polygons to draw. */
describe.each([
  ["10 cells", 5, 2],
  ["1000 cells", 40, 25],
] as const)("a step of a drag among %s", (_, columns, rows) => {
  const start = board(columns, rows, 4);
  const figures = figuresOf(start);
  const from: Place = [1000, 1000];
  let step = 0;
  bench("move a vertex of four cells", () => {
    step += 1;
    const change = changeOf(
      planEdit(start, { op: "move_border", from, to: [1000 + (step % 100), 1000 + (step % 70)] }),
    );
    const now = apply(start, change);
    followFigures(figures, now, change);
    featuresOf(now, change.cells);
  });
});
