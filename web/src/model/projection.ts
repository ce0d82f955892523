import { forward, inverse, kruger, type TransverseMercator } from "./kruger";

type Place = readonly [number, number];

/** From metres of a plan's CRS to longitude and latitude in degrees, and back. */
export interface Projection {
  readonly toLonlat: (place: Place) => [lon: number, lat: number];
  readonly toGrid: (lonlat: Place) => [x: number, y: number];
}

const WGS84 = 1 / 298.257223563;
const CGCS2000 = 1 / 298.257222101;

/** The projection of an EPSG code, or null if it is none that plans are drawn in. */
export function projectionOf(epsg: number): Projection | null {
  const definition = definitionOf(epsg);
  if (definition === null) return null;
  const series = kruger(definition.flattening);
  return {
    toLonlat: (place) => inverse(definition, series, place),
    toGrid: (lonlat) => forward(definition, series, lonlat),
  };
}

/** CGCS2000 in zones of 3 and 6 degrees, with the number of the zone before the easting or not, and UTM. */
function definitionOf(epsg: number): TransverseMercator | null {
  const gauss = { flattening: CGCS2000, scale: 1, northing_m: 0 };
  const numbered = (zone: number) => zone * 1_000_000 + 500_000;
  if (epsg >= 4491 && epsg <= 4501) {
    const zone = epsg - 4491 + 13;
    return { ...gauss, meridian_deg: zone * 6 - 3, easting_m: numbered(zone) };
  }
  if (epsg >= 4502 && epsg <= 4512) {
    return { ...gauss, meridian_deg: 75 + (epsg - 4502) * 6, easting_m: 500_000 };
  }
  if (epsg >= 4513 && epsg <= 4533) {
    const zone = epsg - 4513 + 25;
    return { ...gauss, meridian_deg: zone * 3, easting_m: numbered(zone) };
  }
  if (epsg >= 4534 && epsg <= 4554) {
    return { ...gauss, meridian_deg: 75 + (epsg - 4534) * 3, easting_m: 500_000 };
  }
  const zone = epsg % 100;
  if ((epsg > 32600 && epsg <= 32660) || (epsg > 32700 && epsg <= 32760)) {
    const northing_m = epsg > 32700 ? 10_000_000 : 0;
    const meridian_deg = zone * 6 - 183;
    return { flattening: WGS84, scale: 0.9996, meridian_deg, easting_m: 500_000, northing_m };
  }
  return null;
}
