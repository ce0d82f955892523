import type { Feature, Position } from "geojson";
import type { Handle } from "../map/sketch";
import { type Partition, ringPlaces, type VertexId } from "../model/partition";
import type { Point } from "../model/point";
import { STEPS } from "../model/rules";
import { cellsAt } from "../model/topology";
import { chosen, hovered } from "./bench";
import { drawing, preview, projection, refusal } from "./drawing";
import { nearBorder, takenBorder } from "./modes/border";
import { insertAt } from "./modes/insert";
import { aim, mode } from "./modes/mode";
import { link } from "./modes/service";
import { line } from "./modes/split";
import { near, taken } from "./modes/vertex";
import { verticesOf } from "./pick";
import { isOnServices } from "./services";

/** The handles that the mode shows, and where the keyboard points. */
export function handlesNow(): Handle[] {
  return aim.value === null ? modeHandles() : [...modeHandles(), handle(aim.value, true)];
}

/** Vertices of the cells at hand, and the one that is taken. */
function modeHandles(): Handle[] {
  const now = preview.value?.now ?? drawing.value?.now;
  if (now === undefined) return [];
  if (mode.value === "insert") return insertAt.value === null ? [] : [handle(insertAt.value, true)];
  if (mode.value === "split") return line.value.map((place) => handle(place, false));
  if (mode.value !== "vertex") return [];
  const strong = taken.value?.id ?? near.value;
  const ids = new Set(handled().flatMap((id) => verticesOf(now, id)));
  if (strong !== null) ids.add(strong);
  const places = [...ids].map((id) => [id, placeOf(now, id)] as const);
  return places.flatMap(([id, place]) => (place ? [handle(place, id === strong)] : []));
}

/** The line that the mode shows. */
export function lineNow(): Position[] {
  if (isOnServices()) return [...link.value];
  if (mode.value === "split") return line.value.map(lonlat);
  const vertices = drawing.value?.now.vertices;
  if (mode.value !== "border" || vertices === undefined) return [];
  const path = takenBorder.value?.path ?? nearBorder.value;
  const [dx, dy] = preview.value === null ? (takenBorder.value?.by ?? [0, 0]) : [0, 0];
  return path.flatMap((id, i) => {
    const place = vertices.get(id);
    if (place === undefined) return []; // an edit has drawn the border anew meanwhile
    const [x, y] = place;
    const isEnd = i === 0 || i === path.length - 1;
    return [lonlat(isEnd ? [x, y] : [x + dx, y + dy])];
  });
}

/** The blocks of the chosen cell and of its neighbours, where they are painted. */
export function blocksNow(): Feature[] {
  const now = drawing.value?.now;
  const [cell = ""] = chosen.value;
  if (mode.value !== "paint" || now === undefined || isOnServices()) return [];
  const around = new Set(verticesOf(now, cell).flatMap((id) => cellsAt(now, id)));
  const atoms = [...now.atoms.values()].filter((atom) => around.has(atom.cell));
  return atoms.map(({ rings }) => ({
    type: "Feature",
    properties: {},
    geometry: {
      type: "MultiLineString",
      coordinates: rings
        .map((ring) => [...ring, ...ring.slice(0, 1)])
        .map((ring) => ringPlaces(now, ring).map(lonlat)),
    },
  }));
}

/** A place on the ground in degrees. */
export function lonlat([x, y]: Point): Position {
  return projection.value?.toLonlat([x / STEPS, y / STEPS]) ?? [0, 0];
}

function handled(): string[] {
  const cell = hovered.value;
  return cell === null ? [...chosen.value] : [...new Set([...chosen.value, cell])];
}

function placeOf(now: Partition, id: VertexId): Point | undefined {
  return taken.value?.id === id ? taken.value.to : now.vertices.get(id);
}

function handle(place: Point, strong: boolean): Handle {
  return { place: lonlat(place), strong, refused: strong && refusal.value !== null };
}
