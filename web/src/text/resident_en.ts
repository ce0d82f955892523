import type { ResidentKey } from "./resident";

export const en: Readonly<Record<ResidentKey, string>> = {
  title: "Services near you",
  intro: "Minutes on foot from where you stand, along real streets, at your own pace.",
  where: "Where are you?",
  locate: "Use my position",
  locating: "Asking for your position…",
  locate_none: "No position. Search for a place, or tap on the map.",
  search: "Search a compound, community, street or service",
  search_hint: "Type a part of the name",
  search_found: "{count} places found, choose with the arrow keys",
  search_nothing: "No place of this name",
  on_map: "Tap on the map",
  on_map_close: "Close the map",
  on_map_help: "Tap where you are",
  here: "The place you chose",
  street: "Street",
  cell: "Cell",
  community: "Community",
  subdistrict: "Subdistrict",
  facility: "Service",
  privacy:
    "Your place is used for this answer only and not kept by the server. Without a connection, the last answers on this device are shown.",
  no_plan: "No grid of this district has been published yet. Please come back later.",
  failed: "The service cannot be reached. Please try again later.",
  offline: "There is no connection, and this answer is not on this device.",
  kept: "There is no connection: these are the last answers.",
};
