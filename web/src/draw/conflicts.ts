import { computed, signal } from "@preact/signals";
import type { Feature } from "geojson";
import type { Conflict } from "../model/partition";
import { whenLeft } from "./bench";
import { drawing } from "./drawing";
import { lonlat } from "./marks";

/** A border about which departments disagree, as panels read it. */
export interface Disagreement {
  readonly id: string;
  readonly kind: string;
  readonly status: "open" | "accepted" | "taken" | "redrawn";
  readonly households: number;
  readonly area_m2: number;
  readonly width_m: number;
  readonly followed: string;
  readonly reason: string;
  readonly between: readonly string[];
  readonly drawn: readonly DrawnLine[];
  readonly takes: readonly string[];
  readonly mayRedraw: boolean;
}

/** The line of one department: the old cells on both sides, and how far it lies off. */
export interface DrawnLine {
  readonly department: string;
  readonly codes: string;
  readonly offset: string;
}

/** The conflict that is looked at. */
export const looked = signal<string | null>(null);
/** The conflict whose border is being drawn anew. */
export const redrawing = signal<string | null>(null);
export const onlyOpen = signal(true);
whenLeft(() => {
  looked.value = null;
  redrawing.value = null;
});

/** All conflicts as they are drawn now, ranked. */
export const disagreements = computed(() =>
  [...(drawing.value?.now.conflicts.values() ?? [])].map(told),
);

/** The shapes of conflicts in degrees. */
export function conflictFeatures(): Feature[] {
  return [...(drawing.value?.now.conflicts.values() ?? [])].map(({ id, attributes, polygons }) => ({
    type: "Feature",
    properties: { id, open: attributes.status === "open", looked: looked.value === id },
    geometry: {
      type: "MultiPolygon",
      coordinates: polygons.map((rings) =>
        rings.map((ring) => [...ring, ...ring.slice(0, 1)].map(lonlat)),
      ),
    },
  }));
}

/** The places of a conflict in degrees. */
export function placesOf(id: string) {
  const polygons = drawing.value?.now.conflicts.get(id)?.polygons ?? [];
  return polygons.flat(2).map((place) => lonlat(place));
}

function told({ id, attributes }: Conflict): Disagreement {
  const text = (name: string) => String(attributes[name] ?? "");
  const list = (name: string) => text(name).split(";").filter(Boolean);
  const choices = list("choices");
  return {
    id,
    kind: text("kind"),
    status: text("status") as Disagreement["status"],
    households: Number(attributes.households ?? 0),
    area_m2: Number(attributes.area_m2 ?? 0),
    width_m: Number(attributes.width_m ?? 0),
    followed: text("followed"),
    reason: text("reason"),
    between: list("between"),
    drawn: list("drawn").map(lineOf),
    takes: choices.flatMap((one) => (one.startsWith("take:") ? [one.slice(5)] : [])),
    mayRedraw: choices.includes("redraw"),
  };
}

function lineOf(text: string): DrawnLine {
  const [department = "", codes = "", offset = ""] = text.split(":");
  return { department, codes: codes.replaceAll("|", "、"), offset };
}
