import { signal } from "@preact/signals";
import type { Position } from "geojson";
import type { Lonlat } from "../../api/scenarios";
import { lookAtHome } from "../home";
import { addFacility, moveFacility, tryChange } from "../scenario";
import type { At, Mode } from "./mode";

/** What a click on the map does while services are worked on. */
export const TOOLS = ["move", "link", "open", "add", "close"] as const;
export type Tool = (typeof TOOLS)[number];
export const tool = signal<Tool>("move");
/** The way that is being drawn: its beginning, and where the pointer is. */
export const link = signal<readonly Position[]>([]);
let held = "";

/** Turn to another tool; a way that was begun is given up. */
export function useTool(next: Tool): void {
  tool.value = next;
  link.value = [];
}

/** Try what facilities and streets would do elsewhere; over a building, see what is reached. */
export const serviceMode: Mode = {
  down: (at) => {
    held = tool.value === "move" ? (at.facility() ?? "") : "";
    return held !== "";
  },
  drag: (at) => moveFacility(held, placeOf(at)),
  hover: (at) => {
    const [from] = link.value;
    if (from !== undefined) link.value = [from, at.lonlat];
    else lookAtHome(at.building());
  },
  click: (at) => {
    if (tool.value === "move") lookAtHome(at.building());
    else ON_CLICK[tool.value](at);
  },
  escape: () => {
    link.value = [];
  },
};

const ON_CLICK: Readonly<Record<Exclude<Tool, "move">, (at: At) => void>> = {
  link: (at) => {
    const [from] = link.value;
    link.value = from === undefined ? [at.lonlat] : [];
    if (from !== undefined) tryChange({ op: "open_link", at: lonlat(from), to: placeOf(at) });
  },
  open: (at) => tryChange({ op: "open_street", at: placeOf(at) }),
  add: (at) => addFacility(placeOf(at)),
  close: (at) => {
    const facility_id = at.facility();
    if (facility_id !== null) tryChange({ op: "close", facility_id });
  },
};

function placeOf(at: At): Lonlat {
  return lonlat(at.lonlat);
}

function lonlat([lon = 0, lat = 0]: Position): Lonlat {
  return [lon, lat];
}
