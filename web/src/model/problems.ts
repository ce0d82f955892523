import type { Figures } from "./figures";
import { interiorPlace } from "./interior";
import { parts } from "./outline";
import {
  cells,
  type Face,
  type FaceId,
  facePlaces,
  OUTSIDE,
  type Partition,
  placeOf,
} from "./partition";
import { onGrid, type Point } from "./point";
import { RULES } from "./rules";

export type ProblemKind =
  | "over"
  | "under"
  | "apart"
  | "uncovered"
  | "unassigned"
  | "duplicate_code";

/** Something about a plan that a person should look at. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly cells: readonly FaceId[];
  readonly place: Point | null;
  /** By how many households a cell is out of its band; 0 for the other kinds. */
  readonly off: number;
}

const ORDER: readonly ProblemKind[] = [
  ...(["apart", "unassigned", "uncovered", "duplicate_code", "over", "under"] as const),
];

/** The problems of a plan: what breaks it first, then cells out of their size, the worst first. */
export function problemsOf(partition: Partition, figures: Figures): Problem[] {
  const all = cells(partition);
  const found = [
    ...all.flatMap((face) => apart(partition, face)),
    ...unassigned(partition),
    ...uncovered(partition),
    ...duplicates(partition, all),
    ...all.flatMap((face) => outOfBand(partition, face, figures)),
  ];
  return found.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.off - a.off);
}

/** A cell that does not hang together. */
function apart(partition: Partition, { id, rings }: Face): Problem[] {
  const at = (vertex: number) => placeOf(partition, vertex);
  const [, other] = parts(rings, at);
  return other === undefined
    ? []
    : [{ kind: "apart", cells: [id], place: at(other[0] ?? 0), off: 0 }];
}

/** Atoms of no cell. */
function unassigned(partition: Partition): Problem[] {
  const lost = [...partition.atoms.values()].filter(({ cell }) => !partition.faces.has(cell));
  return lost.map(({ rings }) => {
    const place = onGrid(interiorPlace(facePlaces(partition, { rings })));
    return { kind: "unassigned", cells: [], place, off: 0 };
  });
}

/** Ground that cells enclose and none covers; it may be an enclave. */
function uncovered(partition: Partition): Problem[] {
  const rings = partition.faces.get(OUTSIDE)?.rings ?? [];
  const holes = parts(rings, (vertex) => placeOf(partition, vertex));
  return holes.map((ring) => {
    const place = onGrid(interiorPlace(facePlaces(partition, { rings: [ring] })));
    return { kind: "uncovered", cells: [], place, off: 0 };
  });
}

function duplicates(partition: Partition, all: readonly Face[]): Problem[] {
  const byCode = new Map<string, FaceId[]>();
  for (const { id, attributes } of all) {
    const code = String(attributes.code ?? "");
    if (code !== "") byCode.set(code, [...(byCode.get(code) ?? []), id]);
  }
  const twice = [...byCode.values()].filter((ids) => ids.length > 1);
  return twice.map((ids) => ({
    kind: "duplicate_code",
    cells: ids,
    place: middle(partition, ids[0]),
    off: 0,
  }));
}

function outOfBand(partition: Partition, { id }: Face, figures: Figures): Problem[] {
  const of = figures.get(id);
  if (of === undefined || of.band === "in") return [];
  const { cell_households_min: min, cell_households_max: max } = RULES;
  const off = of.band === "over" ? of.households - max : min - of.households;
  return [{ kind: of.band, cells: [id], place: middle(partition, id), off }];
}

function middle(partition: Partition, id: FaceId | undefined): Point | null {
  const face = partition.faces.get(id ?? OUTSIDE);
  return face === undefined ? null : onGrid(interiorPlace(facePlaces(partition, face)));
}
