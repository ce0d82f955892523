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
  outside: "This place is in no cell of the district.",
  privacy:
    "Your place is used for this answer only and not kept by the server. Without a connection, the last answers on this device are shown.",
  forget: "Delete the answers on this device",
  forgotten: "Deleted.",
  too_far_from_street:
    "This place is more than 100 m from any street, so no walking time is known. Choose one nearer to a street.",
  no_plan: "No grid of this district has been published yet. Please come back later.",
  failed: "The service cannot be reached. Please try again later.",
  offline: "There is no connection, and this answer is not on this device.",
  kept: "There is no connection: these are the last answers.",
};
