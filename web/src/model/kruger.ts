/** A transverse Mercator projection: an ellipsoid, a central meridian, a scale and false origins. */
export interface TransverseMercator {
  readonly flattening: number;
  readonly meridian_deg: number;
  readonly scale: number;
  readonly easting_m: number;
  readonly northing_m: number;
}

const AXIS_M = 6_378_137;
const RADIANS = Math.PI / 180;

/** The series of Krüger to the sixth order: good to a thousandth of a millimetre within 3 000 km. */
export function kruger(flattening: number) {
  const n = flattening / (2 - flattening);
  const [n2, n3, n4, n5, n6] = [n ** 2, n ** 3, n ** 4, n ** 5, n ** 6];
  return {
    radius_m: (AXIS_M / (1 + n)) * (1 + n2 / 4 + n4 / 64 + n6 / 256),
    eccentricity: Math.sqrt(flattening * (2 - flattening)),
    forth: [
      n / 2 -
        (2 * n2) / 3 +
        (5 * n3) / 16 +
        (41 * n4) / 180 -
        (127 * n5) / 288 +
        (7891 * n6) / 37800,
      (13 * n2) / 48 -
        (3 * n3) / 5 +
        (557 * n4) / 1440 +
        (281 * n5) / 630 -
        (1983433 * n6) / 1935360,
      (61 * n3) / 240 - (103 * n4) / 140 + (15061 * n5) / 26880 + (167603 * n6) / 181440,
      (49561 * n4) / 161280 - (179 * n5) / 168 + (6601661 * n6) / 7257600,
      (34729 * n5) / 80640 - (3418889 * n6) / 1995840,
      (212378941 * n6) / 319334400,
    ],
    back: [
      n / 2 - (2 * n2) / 3 + (37 * n3) / 96 - n4 / 360 - (81 * n5) / 512 + (96199 * n6) / 604800,
      n2 / 48 + n3 / 15 - (437 * n4) / 1440 + (46 * n5) / 105 - (1118711 * n6) / 3870720,
      (17 * n3) / 480 - (37 * n4) / 840 - (209 * n5) / 4480 + (5569 * n6) / 90720,
      (4397 * n4) / 161280 - (11 * n5) / 504 - (830251 * n6) / 7257600,
      (4583 * n5) / 161280 - (108847 * n6) / 3991680,
      (20648693 * n6) / 638668800,
    ],
  };
}

type Series = ReturnType<typeof kruger>;

/** Longitude and latitude in degrees to metres. */
export function forward(
  { meridian_deg, scale, easting_m, northing_m }: TransverseMercator,
  { radius_m, eccentricity: e, forth }: Series,
  [lon, lat]: readonly [number, number],
): [number, number] {
  const [sin, turn] = [Math.sin(lat * RADIANS), (lon - meridian_deg) * RADIANS];
  const t = Math.sinh(Math.atanh(sin) - e * Math.atanh(e * sin));
  const xi = Math.atan2(t, Math.cos(turn));
  const eta = Math.atanh(Math.sin(turn) / Math.hypot(1, t));
  let [x, y] = [eta, xi];
  forth.forEach((factor, i) => {
    const k = 2 * (i + 1);
    y += factor * Math.sin(k * xi) * Math.cosh(k * eta);
    x += factor * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return [easting_m + scale * radius_m * x, northing_m + scale * radius_m * y];
}

/** Metres to longitude and latitude in degrees. */
export function inverse(
  { meridian_deg, scale, easting_m, northing_m }: TransverseMercator,
  { radius_m, eccentricity: e, back }: Series,
  [east, north]: readonly [number, number],
): [number, number] {
  const y = (north - northing_m) / (scale * radius_m);
  const x = (east - easting_m) / (scale * radius_m);
  let [xi, eta] = [y, x];
  back.forEach((factor, i) => {
    const k = 2 * (i + 1);
    xi -= factor * Math.sin(k * y) * Math.cosh(k * x);
    eta -= factor * Math.cos(k * y) * Math.sinh(k * x);
  });
  const tau = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  return [
    meridian_deg + Math.atan2(Math.sinh(eta), Math.cos(xi)) / RADIANS,
    Math.atan(geodetic(tau, e)) / RADIANS,
  ];
}

/** The tangent of the geodetic latitude from that of the conformal one, by Newton's steps. */
function geodetic(conformal: number, e: number): number {
  let t = conformal / (1 - e * e);
  for (let step = 0; step < 5; step++) {
    const length = Math.hypot(1, t);
    const sigma = Math.sinh(e * Math.atanh((e * t) / length));
    const here = t * Math.hypot(1, sigma) - sigma * length;
    const slope = (1 + (1 - e * e) * t * t) / ((1 - e * e) * length);
    t += ((conformal - here) / Math.hypot(1, here)) * slope;
  }
  return t;
}
