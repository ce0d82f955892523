import type { Stop } from "../../api/cases";
import type { Place } from "../../api/public";

const METRES_OF_DEGREE = 111_320;

/** Metres between two places that are near each other. */
export function metresBetween(a: Place, b: Place): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, a.lat - b.lat) * METRES_OF_DEGREE;
}

/** The open issues of a duty near a place, the nearest first. */
export function similarTo(
  stops: readonly Stop[],
  duty: string,
  place: Place,
  near_m: number,
): { stop: Stop; metres: number }[] {
  return stops
    .flatMap((stop) =>
      stop.kind === duty && stop.lon !== null && stop.lat !== null
        ? [{ stop, metres: metresBetween(place, { lon: stop.lon, lat: stop.lat }) }]
        : [],
    )
    .filter(({ metres }) => metres <= near_m)
    .sort((a, b) => a.metres - b.metres);
}
