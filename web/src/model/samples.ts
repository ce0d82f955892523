import type { Draft } from "./draft";
import { interiorPlace } from "./interior";
import type { Atom } from "./partition";
import { onGrid, type Point } from "./point";
import { doubleArea, placeInArea } from "./ring";
import { boxOf } from "./squares";

const LATTICE = 24; // places along the longer side

/** A place with its part of the households. */
export interface Sample {
  readonly place: Point;
  readonly weight: number;
}

/** Places with the households of their atom spread over them. */
export function samplesOf(draft: Draft, atoms: readonly Atom[]): Sample[] {
  const areas = atoms.map(({ rings }) => rings.map((ring) => ring.map(draft.placeOf)));
  const [west, south, east, north] = boxOf(areas.flat(2));
  const step = Math.max(east - west, north - south) / LATTICE;
  const places: Point[][] = areas.map(() => []);
  for (let x = west + step / 2; x < east; x += step) {
    for (let y = south + step / 2; y < north; y += step) {
      const place = onGrid([x, y]);
      places[areas.findIndex((area) => placeInArea(area, place) >= 0)]?.push(place);
    }
  }
  const populated = atoms.some(({ households }) => households > 0);
  return atoms.flatMap(({ households }, i) => {
    const area = areas[i] ?? [];
    const own = places[i] ?? [];
    const at = own.length > 0 ? own : [onGrid(interiorPlace(area))];
    const whole = populated ? households : area.reduce((sum, ring) => sum + doubleArea(ring), 0);
    return at.map((place) => ({ place, weight: whole / at.length }));
  });
}
