import type { Place } from "../../api/public";

const WAIT_MS = 15_000;
const OLD_MS = 60_000;

/** Where the device says it is; refused where it does not say. */
export function locate(): Promise<Place> {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude }),
      reject,
      { timeout: WAIT_MS, maximumAge: OLD_MS },
    );
  });
}
