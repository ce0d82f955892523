import { outline, sameRings } from "./outline";
import { edgeFaults, nestedFaults } from "./overlaps";
import { type Atom, type FaceId, OUTSIDE, type Partition, type VertexId } from "./partition";
import { isOnGrid, type Point } from "./point";
import { shapeFaults } from "./shape";
import { placeKey } from "./topology";
import { type Ground, type Violation, violation } from "./violation";

/** All that keeps a partition from covering its area once, without gap or overlap; none when valid. */
export function validate(partition: Partition): Violation[] {
  const faces = [...partition.faces.values()];
  const atoms = [...partition.atoms.values()].map(({ cell, rings }) => ({ id: cell, rings }));
  const found = [
    ...vertexFaults(partition),
    ...keyFaults(partition),
    ...groundFaults(partition, faces),
    ...groundFaults(partition, atoms),
    ...atomFaults(partition),
  ];
  const told = new Map(found.map((one) => [JSON.stringify(one), one]));
  return [...told.values()];
}

function vertexFaults(partition: Partition): Violation[] {
  const found: Violation[] = [];
  const used = new Set([...partition.atoms.values()].flatMap(({ rings }) => rings.flat()));
  const firstAt = new Map<string, VertexId>();
  for (const [id, place] of partition.vertices) {
    const there = firstAt.get(placeKey(place));
    if (there === undefined) firstAt.set(placeKey(place), id);
    else found.push(violation(partition, "SAME_PLACE", [], [there, id]));
    if (!isOnGrid(place)) found.push(violation(partition, "OFF_GRID", [], [id]));
    if (!used.has(id)) found.push(violation(partition, "UNUSED_VERTEX", [], [id]));
  }
  return found;
}

function keyFaults(partition: Partition): Violation[] {
  const keyed = [...partition.faces, ...partition.atoms].filter(([key, { id }]) => key !== id);
  return keyed.map(([key, { id }]) => violation(partition, "WRONG_KEY", [key, id], []));
}

/** What is wrong with the rings of some ground, one by one and with each other. */
function groundFaults(partition: Partition, all: readonly Ground[]): Violation[] {
  const found: Violation[] = [];
  for (const { id, rings } of all) {
    const unknown = new Set(rings.flat().filter((at) => !partition.vertices.has(at)));
    if (unknown.size > 0) found.push(violation(partition, "UNKNOWN_VERTEX", [id], [...unknown]));
  }
  // Ground that cannot be drawn is reported above; the rest is still measured.
  const drawn = all.filter((ground) => canDraw(partition, ground));
  for (const { id, rings } of drawn) {
    const placeOf = (at: VertexId): Point => partition.vertices.get(at) ?? [0, 0];
    for (const { code, vertex } of shapeFaults(id, rings, placeOf)) {
      found.push(violation(partition, code, [id], vertex === undefined ? [] : [vertex]));
    }
  }
  return [...found, ...edgeFaults(partition, drawn), ...nestedFaults(partition, drawn)];
}

/** Each cell is what its atoms make, vertex for vertex. */
function atomFaults(partition: Partition): Violation[] {
  const placeOf = (id: VertexId): Point => partition.vertices.get(id) ?? [0, 0];
  const byCell = new Map<FaceId, Atom[]>([...partition.faces.keys()].map((id) => [id, []]));
  for (const atom of partition.atoms.values()) {
    const own = byCell.get(atom.cell);
    if (own === undefined) byCell.set(atom.cell, [atom]);
    else own.push(atom);
  }
  return [...byCell].flatMap(([id, atoms]) => {
    const rings = id === OUTSIDE ? atoms.flatMap((atom) => atom.rings) : outline(atoms, placeOf);
    const same = sameRings(partition.faces.get(id)?.rings ?? [], rings);
    return same ? [] : [violation(partition, "ATOMS", [id], [])];
  });
}

function canDraw({ vertices }: Partition, face: Ground): boolean {
  return face.rings.flat().every((id) => isOnGrid(vertices.get(id) ?? [Number.NaN, 0]));
}
