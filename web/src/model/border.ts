import type { Draft } from "./draft";
import { cellsWith } from "./move";
import { type FaceId, OUTSIDE, type Ring, type VertexId } from "./partition";
import { pairs } from "./ring";
import { edgeKey } from "./topology";

/** A border between two cells from end to end. */
export interface Border {
  readonly path: readonly VertexId[];
  readonly sides: readonly FaceId[];
}

/** The one border between two cells that runs through all marks in order; null if none or several. */
export function borderThrough(draft: Draft, marks: readonly VertexId[]): Border | null {
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  const faces = cellsWith(draft, first)
    .filter((id) => id !== OUTSIDE)
    .flatMap((id) => draft.faces.get(id) ?? []);
  const edges = new Map(
    faces.map(({ id, rings }) => [
      id,
      new Set(rings.flatMap((ring) => [...pairs(ring)]).map(([a, b]) => edgeKey(a, b))),
    ]),
  );
  const found = new Map<string, Border>();
  for (const ring of faces.flatMap(({ rings }) => rings)) {
    if (!ring.includes(first) || !ring.includes(last)) continue;
    for (const path of ways(ring, first, last)) {
      const sides = [...edges].filter(([, own]) => runsAlong(path, own)).map(([id]) => id);
      if (sides.length === 2 && inOrder(path, marks)) found.set(path.join(), { path, sides });
    }
  }
  return found.size === 1 ? ([...found.values()][0] ?? null) : null;
}

/** The whole border that an edge is part of: from junction to junction between the same two cells. */
export function borderOf(draft: Draft, from: VertexId, to: VertexId): VertexId[] {
  const path = [from, to];
  for (const [grow, at] of [
    ["push", () => path.at(-1) ?? to],
    ["unshift", () => path[0] ?? from],
  ] as const) {
    for (;;) {
      const end = at();
      const [before] = grow === "push" ? path.slice(-2) : path.slice(1, 2);
      const next = before === undefined ? undefined : onward(draft, before, end);
      if (next === undefined || path.includes(next)) break;
      path[grow](next);
    }
  }
  return path;
}

/** The vertex after an edge along the same border, if its end is no junction of three cells. */
function onward(draft: Draft, from: VertexId, end: VertexId): VertexId | undefined {
  const cells = new Set(draft.atomsAt(end).map(({ cell }) => cell));
  if (cells.size !== 2) return undefined;
  const [cell] = [...cells].filter((id) => id !== OUTSIDE);
  const steps = (draft.faces.get(cell ?? OUTSIDE)?.rings ?? []).flatMap((ring) => [...pairs(ring)]);
  const ends = steps.flatMap(([a, b]) => (a === end ? [b] : b === end ? [a] : []));
  return ends.length === 2 ? ends.find((id) => id !== from) : undefined;
}

/** The two ways round a ring from one vertex to another. */
function ways(ring: Ring, from: VertexId, to: VertexId): VertexId[][] {
  const start = ring.indexOf(from);
  const turned = [...ring.slice(start), ...ring.slice(0, start), from];
  const stop = turned.indexOf(to);
  return [turned.slice(0, stop + 1), turned.slice(stop).reverse()];
}

function runsAlong(path: readonly VertexId[], edges: ReadonlySet<number>): boolean {
  return path.slice(1).every((to, i) => {
    const from = path[i] ?? to;
    return edges.has(edgeKey(from, to)) || edges.has(edgeKey(to, from));
  });
}

function inOrder(path: readonly VertexId[], marks: readonly VertexId[]): boolean {
  let at = -1;
  return marks.every((mark) => {
    at = path.indexOf(mark, at + 1);
    return at >= 0;
  });
}
