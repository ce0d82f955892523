import { apply } from "./apply";
import type { Change, Refusal } from "./change";
import { type Edit, planEdit } from "./edit";
import { cells, type Face, type Partition, ringPlaces, type VertexId } from "./partition";
import { onGrid, type Point } from "./point";
import { fromPolygons, type PolygonAtom, type PolygonCell } from "./polygons";
import { doubleArea } from "./ring";
import { STEPS } from "./rules";
import { cellsAt as cellsAtVertex, placeKey, topologyOf } from "./topology";

/** The side of a square of the board in metres. */
export const SIDE = 1000;

/** A cell from its rings in metres. */
export function cell(id: string, community: string, ...rings: Point[][]): PolygonCell {
  return { id, community, rings, attributes: { name: id, code: id, households: 100 } };
}

/**
 * A board of squares named by column and row ("a1" is south-west), each column pair a community; each
 * square is of so many atoms to a side, and the atom "a1-00" is its south-west one.
 */
export function board(columns: number, rows: number, atomsPerSide = 0): Partition {
  const squares: PolygonCell[] = [];
  const atoms: PolygonAtom[] = [];
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) {
      const id = `${String.fromCharCode(97 + x)}${y + 1}`;
      squares.push(cell(id, `community ${Math.floor(x / 2)}`, square(x * SIDE, y * SIDE, SIDE)));
      atoms.push(...blocks(id, x * SIDE, y * SIDE, atomsPerSide));
    }
  }
  return fromPolygons({ cells: squares, atoms }, STEPS);
}

function blocks(id: string, west: number, south: number, perSide: number): PolygonAtom[] {
  const side = SIDE / perSide;
  const numbers = Array.from({ length: perSide }, (_, i) => i);
  return numbers.flatMap((i) =>
    numbers.map((j) => ({
      id: `${id}-${i}${j}`,
      cell: id,
      households: 10 * (i + 1) + j,
      rings: [square(west + i * side, south + j * side, side)],
    })),
  );
}

/** A cell with three holes: an island of two cells, an islet with one of its own, and an enclave. */
export function islands(): Partition {
  return partitionOfCells(
    cell("sea", "c", ...SEA),
    cell("west", "c", square(1000, 1000, 600)),
    cell("east", "c", square(1600, 1000, 600)),
    cell("atoll", "c", square(300, 300, 400), square(400, 400, 200)),
    cell("lagoon", "c", square(400, 400, 200)),
  );
}

/** The partition of some cells in metres. */
export function partitionOfCells(...given: PolygonCell[]): Partition {
  return fromPolygons({ cells: given }, STEPS);
}

const SEA: Point[][] = [
  square(0, 0, 3000),
  [
    [1000, 1000],
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

/** The partition after edits that must not be refused. */
export function after(partition: Partition, ...edits: Edit[]): Partition {
  return edits.reduce((now, edit) => apply(now, changeOf(planEdit(now, edit))), partition);
}

/** The vertex at a place in metres. */
export function at(partition: Partition, x: number, y: number): VertexId {
  const place = onGrid([x * STEPS, y * STEPS]);
  const id = topologyOf(partition).vertexAt.get(placeKey(place));
  if (id === undefined) throw new Error(`no vertex at ${x}, ${y}`);
  return id;
}

/** The area of a cell in square metres, holes taken off. */
export function areaOf(partition: Partition, id: string): number {
  const face = partition.faces.get(id);
  if (face === undefined) throw new Error(`no cell ${id}`);
  return faceArea(partition, face);
}

/** The area of each community in square metres. */
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
  return cellsAtVertex(partition, at(partition, x, y)).filter((id) => id !== "");
}

function faceArea(partition: Partition, face: Face): number {
  const doubled = face.rings.map((ring) => doubleArea(ringPlaces(partition, ring)));
  return doubled.reduce((sum, part) => sum + part, 0) / 2 / STEPS / STEPS;
}

/** All that a partition is, in an order that does not depend on its history. */
export function snapshot({ vertices, faces, atoms, conflicts }: Partition): string {
  const order = <K, V>(map: ReadonlyMap<K, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([order(vertices), order(faces), order(atoms), order(conflicts)]);
}
