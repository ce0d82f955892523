import type { Operation } from "./change";
import { type Edit, inMetres, type Place } from "./edit";
import { cells, OUTSIDE, type Partition, type Ring, ringPlaces } from "./partition";
import { edgeKey, topologyOf } from "./topology";

export const OPERATIONS = [
  ...(["split", "split_k", "merge", "move_border", "reassign", "rename"] as const),
  ...(["insert_vertex", "weld", "move_line", "lock"] as const),
] satisfies Operation[];

/** Numbers from 0 to 1 that follow from a seed. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An edit near what is there, so that many are accepted and many refused; it follows from the seed. */
export function randomEdit(partition: Partition, seed: number, serial: number): Edit {
  const random = numbers(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const op = one(OPERATIONS);
  const cell = one(cells(partition));
  const ring = one(cell.rings);
  const places = ringPlaces(partition, ring).map(inMetres);
  const at = Math.floor(random() * places.length);
  const near = (k: number): Place => places[(at + k) % places.length] ?? [0, 0];
  const size = Math.sqrt(Math.abs(extent(places)));
  const shifted = ([x, y]: Place, by: number): Place => [
    x + (random() - 0.5) * by * size,
    y + (random() - 0.5) * by * size,
  ];
  const beside = neighbours(partition, cell.id);
  const other = random() < 0.8 && beside.length > 0 ? one(beside) : one(cells(partition)).id;
  const with_parents = serial % 2 === 1;
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `n${serial}-${i}`);
  switch (op) {
    case "split":
      return { op, cell_id: cell.id, line: crossing(places, random), new_ids: ids(2) };
    case "split_k":
      return { op, cell_id: cell.id, k: 3, new_ids: ids(3) };
    case "merge":
      return { op, cell_ids: [cell.id, other], new_id: random() < 0.5 ? cell.id : `n${serial}` };
    case "move_border":
      return { op, from: near(0), to: shifted(near(0), random() < 0.8 ? 0.3 : 2), with_parents };
    case "reassign":
      return {
        op,
        atom_id: one(topologyOf(partition).atomsOf.get(cell.id) ?? [""]),
        cell_id: other,
        with_parents,
      };
    case "rename":
      return { op, cell_id: cell.id, name: `第${serial}网格` };
    case "insert_vertex":
      return { op, near: middle(near(0), near(1)) };
    case "weld":
      return { op, from: near(0), to: near(random() < 0.8 ? 1 : 2), with_parents };
    case "move_line":
      return {
        ...line(
          Array.from({ length: 2 + Math.floor(random() * 3) }, (_, k) => near(k)),
          shifted,
        ),
        with_parents,
      };
    case "lock":
      return { op, cell_id: cell.id, locked: random() < 0.2 };
  }
}

function line(from: Place[], shifted: (place: Place, by: number) => Place) {
  const to = from.map((place, i) =>
    i === 0 || i === from.length - 1 ? place : shifted(place, 0.2),
  );
  const [start = [0, 0], end = [0, 0]] = [from[0], from.at(-1)];
  if (from.length === 2) to.splice(1, 0, shifted(middle(start, end), 0.2));
  return { op: "move_line" as const, from, to };
}

/** A line across a ring, somewhat bent, from beyond one side to beyond the other. */
function crossing(places: readonly Place[], random: () => number): Place[] {
  const turn = random() * Math.PI;
  const [x, y] = places.reduce(([sx, sy], [px, py]) => [sx + px, sy + py] as const, [0, 0]);
  const centre = [x / places.length, y / places.length] as const;
  const far = 2 * Math.sqrt(Math.abs(extent(places)));
  const bend = far * 0.1 * (random() - 0.5);
  const step = [far * Math.cos(turn), far * Math.sin(turn)] as const;
  return [
    [centre[0] - step[0], centre[1] - step[1]],
    [centre[0] + bend, centre[1] - bend],
    [centre[0] + step[0], centre[1] + step[1]],
  ];
}

function neighbours(partition: Partition, id: string): string[] {
  const { left } = topologyOf(partition);
  const rings: readonly Ring[] = partition.faces.get(id)?.rings ?? [];
  const found = rings.flatMap((ring) =>
    ring.map((from, i) => left.get(edgeKey(ring[(i + 1) % ring.length] ?? 0, from)) ?? ""),
  );
  const beside = found.map((atom) => partition.atoms.get(atom)?.cell ?? OUTSIDE);
  return [...new Set(beside)].filter((cell) => cell !== OUTSIDE && cell !== id).sort();
}

function middle(a: Place, b: Place): Place {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function extent(places: readonly Place[]): number {
  const xs = places.map(([x]) => x);
  const ys = places.map(([, y]) => y);
  return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
}
