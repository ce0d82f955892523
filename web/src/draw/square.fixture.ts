import type { Feature } from "../model/rows";

/** A cell of ten metres to a side, so far east, as a layer of a plan tells it. */
export function square(id: string, west: number): Feature {
  const ring = [
    [west, 0],
    [west + 10, 0],
    [west + 10, 10],
    [west, 10],
    [west, 0],
  ];
  const properties = { community_id: "c1", code: id, name: id };
  const geometry = { type: "Polygon", coordinates: [ring] };
  return { type: "Feature", id, properties, geometry } as never;
}
