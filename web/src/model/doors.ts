import { type FaceId, facePlaces, OUTSIDE, type Partition } from "./partition";
import { onGrid, type Point } from "./point";
import { placeInArea } from "./ring";
import type { Feature } from "./rows";
import { STEPS } from "./rules";
import { type Box, boxOf, squaresOf } from "./squares";
import { atomsNear, topologyOf } from "./topology";

/** A door with those who live behind it. */
export interface Door {
  readonly place: Point;
  readonly households: number;
  readonly people: number;
  readonly elders_60: number;
}

/** Doors that can be looked up by place. */
export type Doors = ReadonlyMap<string, readonly Door[]>;

const SQUARE = 100 * STEPS;

/** Doors by place, from rows with points in lon/lat; `toGrid` is the plan's projection. */
export function doorsOf(
  rows: readonly Feature[],
  toGrid: (lonlat: readonly [number, number]) => readonly [number, number],
): Doors {
  const squares = new Map<string, Door[]>();
  for (const { properties, geometry } of rows) {
    if (geometry.type !== "Point") continue;
    const [x, y] = toGrid(geometry.coordinates as unknown as [number, number]);
    const count = (name: string) => Number(properties[name] ?? 0);
    const door: Door = {
      place: onGrid([x * STEPS, y * STEPS]),
      households: count("households"),
      people: count("people"),
      elders_60: count("elders_60"),
    };
    for (const key of squaresOf(boxOf([door.place]), SQUARE)) {
      const there = squares.get(key);
      if (there === undefined) squares.set(key, [door]);
      else there.push(door);
    }
  }
  return squares;
}

/** The doors of a cell; one on a border belongs to the lowest cell id that touches it. */
export function doorsIn(partition: Partition, id: FaceId, doors: Doors): Door[] {
  const face = partition.faces.get(id);
  if (face === undefined) return [];
  const area = facePlaces(partition, face);
  const box = boxOf(area[0] ?? []);
  const near = squaresOf(box, SQUARE).flatMap((key) => doors.get(key) ?? []);
  return near.filter(({ place }) => {
    if (!isInBox(place, box)) return false;
    const where = placeInArea(area, place);
    return where === 1 || (where === 0 && cellAt(partition, place) === id);
  });
}

/** The cell that a place lies in or on, the lowest id of several. */
export function cellAt(partition: Partition, place: Point): FaceId | undefined {
  const atoms = atomsNear(topologyOf(partition), boxOf([place]));
  const ids = new Set([...atoms].flatMap((atom) => partition.atoms.get(atom)?.cell ?? []));
  return [...ids]
    .filter((id) => id !== OUTSIDE)
    .sort()
    .find((id) => {
      const face = partition.faces.get(id);
      return face !== undefined && placeInArea(facePlaces(partition, face), place) >= 0;
    });
}

function isInBox([x, y]: Point, [west, south, east, north]: Box): boolean {
  return west <= x && x <= east && south <= y && y <= north;
}
