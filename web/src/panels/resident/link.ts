import type { Place } from "../../api/public";

/** What a link to the page says: it stands after the mark, which browsers do not send. */
export interface Asked {
  readonly place: Place | null;
  readonly pace: string;
  readonly kind: string;
}

const DECIMALS = 4; // of a degree: about ten metres

/** A place as coarse as it is asked and shared. */
export function rounded({ lon, lat }: Place): Place {
  return { lon: Number(lon.toFixed(DECIMALS)), lat: Number(lat.toFixed(DECIMALS)) };
}

/** Read the part of an address after the mark; what makes no sense is left out. */
export function readLink(hash: string): Asked {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const [lon, lat] = (said.get("at") ?? "").split(",").map((part) => Number.parseFloat(part));
  const sound =
    lon !== undefined && lat !== undefined && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  return {
    place: sound ? rounded({ lon, lat }) : null,
    pace: said.get("pace") ?? "",
    kind: said.get("kind") ?? "",
  };
}

/** The part of an address after the mark that says this. */
export function writeLink({ place, pace, kind }: Asked): string {
  const said = new URLSearchParams();
  if (place) said.set("at", `${place.lon},${place.lat}`);
  if (pace) said.set("pace", pace);
  if (kind) said.set("kind", kind);
  const text = said.toString().replaceAll("%2C", ",");
  return text === "" ? "" : `#${text}`;
}
