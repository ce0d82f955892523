import { type Attributes, type Conflict, type FaceId, OUTSIDE, type Partition } from "./partition";
import { onGrid, type Point } from "./point";
import { fromPolygons, toPolygons } from "./polygons";
import type { Projection } from "./projection";
import { STEPS } from "./rules";

/** A row of a layer as the service gives it. */
export interface Feature {
  readonly type: "Feature";
  readonly id: string;
  readonly properties: Attributes;
  readonly geometry: {
    readonly type: string;
    readonly coordinates: readonly unknown[];
  };
}

/** The layers of a plan, all of their pages, asked for with `crs=grid`. */
export interface PlanRows {
  readonly cells: readonly Feature[];
  readonly atoms?: readonly Feature[];
  readonly conflicts?: readonly Feature[];
}

type Rings = readonly (readonly Point[])[];

/** The partition of a plan's rows; judge it with `validate`. */
export function partitionOf({ cells, atoms = [], conflicts = [] }: PlanRows): Partition {
  return fromPolygons(
    {
      cells: cells.map(({ id, properties, geometry }) => ({
        id,
        community: String(properties.community_id ?? ""),
        attributes: properties,
        rings: onlyPolygon(id, geometry),
      })),
      atoms: atoms.map(({ id, properties, geometry }) => ({
        id,
        cell: String(properties.cell_id ?? ""),
        households: Number(properties.households ?? 0),
        rings: onlyPolygon(id, geometry),
      })),
      conflicts: conflicts.map(conflictOf),
    },
    STEPS,
  );
}

/** A conflict of its row, on the grid. */
export function conflictOf({ id, properties, geometry }: Feature): Conflict {
  const polygons = polygonsOf(geometry).map((rings) =>
    rings.map((ring) => ring.slice(0, -1).map(([x, y]) => onGrid([x * STEPS, y * STEPS]))),
  );
  return { id, attributes: properties, polygons };
}

/** Cells as features in metres, or in lon/lat where a projection is given; those that are gone are left out. */
export function featuresOf(
  partition: Partition,
  ids?: Iterable<FaceId>,
  projection?: Projection,
): Feature[] {
  const draw = projection === undefined ? (place: Point) => place : projection.toLonlat;
  return toPolygons(partition, STEPS, ids)
    .filter(({ id }) => id !== OUTSIDE)
    .map(({ id, attributes, rings }) => ({
      type: "Feature",
      id,
      properties: attributes,
      geometry: { type: "Polygon", coordinates: rings.map((ring) => ring.map(draw)) },
    }));
}

/** The polygons of a geometry, a single one or several. */
export function polygonsOf({ type, coordinates }: Feature["geometry"]): readonly Rings[] {
  if (type === "Polygon") return [coordinates as Rings];
  if (type === "MultiPolygon") return coordinates as readonly Rings[];
  return [];
}

function onlyPolygon(id: string, geometry: Feature["geometry"]): Rings {
  const [polygon, ...more] = polygonsOf(geometry);
  if (polygon === undefined || more.length > 0) throw new RangeError(`"${id}" is not one polygon`);
  return polygon;
}
