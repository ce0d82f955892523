import type { Change } from "./change";
import { count, workersFor } from "./counts";
import { type Doors, doorsIn } from "./doors";
import { away } from "./lines";
import { cells, type FaceId, facePlaces, type Partition } from "./partition";
import { doubleArea, pairs } from "./ring";
import { RULES, STEPS } from "./rules";
import { VersionedMap } from "./versions";

export type Band = "under" | "in" | "over";

/** What a planner watches of a cell while drawing. */
export interface CellFigures {
  readonly id: FaceId;
  readonly households: number;
  readonly people: number;
  readonly elders_60: number;
  readonly workers_needed: number;
  readonly band: Band;
  readonly area_m2: number;
  /** Polsby–Popper: 1 for a disc, near 0 for a thread. */
  readonly compactness: number;
}

export type Figures = VersionedMap<FaceId, CellFigures>;

/** The figures of all cells: counted at doors where they are known, else those of the atoms. */
export function figuresOf(partition: Partition, doors?: Doors): Figures {
  return new VersionedMap(
    cells(partition).map(({ id }) => [id, cellFigures(partition, id, doors)] as const),
  );
}

/** The figures after a change, from those before it: only the cells it touched are measured. */
export function followFigures(
  figures: Figures,
  after: Partition,
  change: Pick<Change, "cells">,
  doors?: Doors,
): Figures {
  return figures.with(
    change.cells.map((id) => [id, after.faces.has(id) ? cellFigures(after, id, doors) : undefined]),
  );
}

/** The figures of one cell, which must be there. */
export function cellFigures(partition: Partition, id: FaceId, doors?: Doors): CellFigures {
  const face = partition.faces.get(id);
  if (face === undefined) throw new RangeError(`no cell ${id}`);
  const rings = facePlaces(partition, face);
  const area = rings.reduce((sum, ring) => sum + doubleArea(ring), 0) / 2;
  const around = rings.flatMap((ring) => [...pairs(ring)]);
  const border = around.reduce((sum, [a, b]) => sum + away(a, b), 0);
  const counted = doors === undefined ? undefined : doorsIn(partition, id, doors);
  const total = (name: "households" | "people" | "elders_60") =>
    counted?.reduce((sum, door) => sum + door[name], 0) ?? count(face.attributes, name);
  const households = total("households");
  return {
    id,
    households,
    people: total("people"),
    elders_60: total("elders_60"),
    workers_needed: workersFor(households),
    band: bandOf(households),
    area_m2: Math.round((area / STEPS / STEPS) * 100) / 100,
    compactness: (4 * Math.PI * area) / (border * border),
  };
}

/** Whether so many households are within the size band of a cell. */
export function bandOf(households: number): Band {
  if (households < RULES.cell_households_min) return "under";
  return households > RULES.cell_households_max ? "over" : "in";
}
