import { signal } from "@preact/signals";
import { district as ask, type District } from "../../api/public";

/** The district that is shown; null until the service has told, and when it cannot be reached. */
export const district = signal<District | null>(null);
export const unreachable = signal(false);

export async function loadDistrict(): Promise<void> {
  unreachable.value = false;
  try {
    district.value = await ask();
  } catch {
    unreachable.value = true;
  }
}
