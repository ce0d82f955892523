import { type FaceId, OUTSIDE, type Partition, type VertexId } from "./partition";
import type { Point } from "./point";
import { pairs } from "./ring";

/** What is derived from a partition, never stored in it. */
export interface Topology {
  /** The face to the left of each directed edge. */
  readonly left: ReadonlyMap<string, FaceId>;
  /** The faces that use each vertex. */
  readonly facesAt: ReadonlyMap<VertexId, ReadonlySet<FaceId>>;
  /** The vertex at each place. */
  readonly vertexAt: ReadonlyMap<string, VertexId>;
  readonly nextVertex: VertexId;
}

const known = new WeakMap<Partition, Topology>();

/** The topology of a partition, computed once: a partition never changes. */
export function topologyOf(partition: Partition): Topology {
  const before = known.get(partition);
  if (before !== undefined) return before;
  const topology = derive(partition);
  known.set(partition, topology);
  return topology;
}

/** The key of the directed edge from one vertex to another. */
export function edgeKey(from: VertexId, to: VertexId): string {
  return `${from}>${to}`;
}

/** The key of a place. */
export function placeKey([x, y]: Point): string {
  return `${x},${y}`;
}

/** The communities that meet at a vertex; the outside counts as one. */
export function communitiesAt(partition: Partition, vertex: VertexId): Set<string> {
  const faces = topologyOf(partition).facesAt.get(vertex) ?? new Set([OUTSIDE]);
  return new Set([...faces].map((id) => partition.faces.get(id)?.community ?? OUTSIDE));
}

function derive(partition: Partition): Topology {
  const left = new Map<string, FaceId>();
  const facesAt = new Map<VertexId, Set<FaceId>>();
  const vertexAt = new Map<string, VertexId>();
  let nextVertex = 0;
  for (const [id, place] of partition.vertices) {
    vertexAt.set(placeKey(place), id);
    nextVertex = Math.max(nextVertex, id + 1);
  }
  for (const face of partition.faces.values()) {
    for (const [from, to] of face.rings.flatMap((ring) => [...pairs(ring)])) {
      left.set(edgeKey(from, to), face.id);
      const users = facesAt.get(to) ?? new Set();
      facesAt.set(to, users.add(face.id));
    }
  }
  return { left, facesAt, vertexAt, nextVertex };
}
