/** A place in whole steps of the grid (1 mm for metres), so that every test of sides is exact. */
export type Point = readonly [x: number, y: number];

/** Doubles hold every whole number up to here; larger products are compared as big integers. */
const EXACT = Number.MAX_SAFE_INTEGER;
/** Above this share of its terms, a rounded difference of products has the right sign. */
const SURE_SHARE = 1e-15;

/** Round a place to the grid; a place that is not a number is a bug of the caller. */
export function onGrid([x, y]: Point): Point {
  const place: Point = [Math.round(x) + 0, Math.round(y) + 0];
  if (!isOnGrid(place)) throw new RangeError(`not a place on the grid: ${x}, ${y}`);
  return place;
}

/** Whether both coordinates are whole numbers that doubles hold exactly. */
export function isOnGrid([x, y]: Point): boolean {
  return Number.isSafeInteger(x) && Number.isSafeInteger(y);
}

/** Whether two places are the same. */
export function same(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** The side of c seen along a to b: 1 left, -1 right, 0 on the line; exact. */
export function side(a: Point, b: Point, c: Point): -1 | 0 | 1 {
  const [abX, abY, acX, acY] = [b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]];
  const [left, right] = [abX * acY, abY * acX];
  const turn = left - right;
  const size = Math.abs(left) + Math.abs(right);
  if (size <= EXACT || Math.abs(turn) > size * SURE_SHARE) return sign(turn);
  return sign(Number(BigInt(abX) * BigInt(acY) - BigInt(abY) * BigInt(acX)));
}

/** Whether c, known to lie on the line through a and b, lies between them or on an end. */
export function isBetween(a: Point, b: Point, c: Point): boolean {
  return (
    Math.min(a[0], b[0]) <= c[0] &&
    c[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= c[1] &&
    c[1] <= Math.max(a[1], b[1])
  );
}

/** Whether the closed segments a–b and c–d have a place in common. */
export function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [abC, abD, cdA, cdB] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (abC * abD < 0 && cdA * cdB < 0) return true;
  return (
    (abC === 0 && isBetween(a, b, c)) ||
    (abD === 0 && isBetween(a, b, d)) ||
    (cdA === 0 && isBetween(c, d, a)) ||
    (cdB === 0 && isBetween(c, d, b))
  );
}

function sign(value: number): -1 | 0 | 1 {
  if (value === 0) return 0;
  return value > 0 ? 1 : -1;
}
