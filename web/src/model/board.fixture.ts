import { apply } from "./apply";
import type { Change, Refusal } from "./change";
import { cells, type Face, OUTSIDE, type Partition, ringPlaces, type VertexId } from "./partition";
import { onGrid, type Point } from "./point";
import { fromPolygons, type PolygonCell } from "./polygons";
import { doubleArea } from "./ring";
import { placeKey, topologyOf } from "./topology";

/** The side of a square of the board in steps. */
export const SIDE = 1000;

/** A cell from its rings in steps. */
export function cell(id: string, community: string, ...rings: Point[][]): PolygonCell {
  return { id, community, rings, attributes: { name: id } };
}

/** A board of squares named by column and row ("a1" is south-west), each column pair a community. */
export function board(columns: number, rows: number): Partition {
  const squares: PolygonCell[] = [];
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) {
      const id = `${String.fromCharCode(97 + x)}${y + 1}`;
      squares.push(cell(id, `community ${Math.floor(x / 2)}`, square(x * SIDE, y * SIDE, SIDE)));
    }
  }
  return fromPolygons(squares, 1);
}

/** A cell with three holes: an island of two cells, an islet with one of its own, and an enclave. */
export function islands(): Partition {
  return fromPolygons(
    [
      cell("sea", "c", ...SEA),
      cell("west", "c", square(1000, 1000, 600)),
      cell("east", "c", square(1600, 1000, 600)),
      cell("atoll", "c", square(300, 300, 400), square(400, 400, 200)),
      cell("lagoon", "c", square(400, 400, 200)),
    ],
    1,
  );
}

const SEA: Point[][] = [
  square(0, 0, 3000),
  [
    ...square(1000, 1000, 600).slice(0, 1),
    [1600, 1000],
    [2200, 1000],
    [2200, 1600],
    [1600, 1600],
    [1000, 1600],
  ],
  square(300, 300, 400),
  square(2400, 2400, 300),
];

/** A square by its south-west corner. */
export function square(x: number, y: number, side: number): Point[] {
  return [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ];
}

/** The change of an edit that must not be refused. */
export function changeOf(result: Change | Refusal): Change {
  if (result.kind === "refusal") throw new Error(`refused: ${JSON.stringify(result)}`);
  return result;
}

/** The partition after an edit that must not be refused. */
export function after(partition: Partition, result: Change | Refusal): Partition {
  return apply(partition, changeOf(result));
}

/** The vertex at a place. */
export function at(partition: Partition, x: number, y: number): VertexId {
  const id = topologyOf(partition).vertexAt.get(placeKey(onGrid([x, y])));
  if (id === undefined) throw new Error(`no vertex at ${x}, ${y}`);
  return id;
}

/** The area of a cell in square steps, holes taken off. */
export function areaOf(partition: Partition, id: string): number {
  const face = partition.faces.get(id);
  if (face === undefined) throw new Error(`no cell ${id}`);
  return faceArea(partition, face);
}

/** The area of each community in square steps. */
export function communityAreas(partition: Partition): Map<string, number> {
  const areas = new Map<string, number>();
  for (const face of cells(partition)) {
    const sum = (areas.get(face.community) ?? 0) + faceArea(partition, face);
    areas.set(face.community, sum);
  }
  return areas;
}

/** The cells that have a vertex at a place, by id. */
export function cellsAt(partition: Partition, x: number, y: number): string[] {
  const ids = topologyOf(partition).facesAt.get(at(partition, x, y)) ?? [];
  return [...ids].filter((id) => id !== OUTSIDE).sort();
}

function faceArea(partition: Partition, face: Face): number {
  const doubled = face.rings.map((ring) => doubleArea(ringPlaces(partition, ring)));
  return doubled.reduce((sum, part) => sum + part, 0) / 2;
}
