import type { Change, Operation } from "./change";
import type { Face, FaceId, Partition, Ring, VertexId } from "./partition";
import { placeOf } from "./partition";
import { type Point, same } from "./point";
import { pairs } from "./ring";
import { edgeKey, placeKey, topologyOf } from "./topology";

/** A copy to try an edit on; what differs in the end is the change. */
export class Draft implements Partition {
  readonly vertices: Map<VertexId, Point>;
  readonly faces: Map<FaceId, Face>;
  readonly #vertexIds = new Set<VertexId>();
  readonly #faceIds = new Set<FaceId>();
  readonly #newAt = new Map<string, VertexId>();
  #nextVertex: VertexId;

  constructor(readonly base: Partition) {
    this.vertices = new Map(base.vertices);
    this.faces = new Map(base.faces);
    this.#nextVertex = topologyOf(base).nextVertex;
  }

  /** The faces written so far that are still there. */
  get touchedFaces(): Face[] {
    return [...this.#faceIds].flatMap((id) => this.faces.get(id) ?? []);
  }

  /** The vertices written so far. */
  get touchedVertices(): ReadonlySet<VertexId> {
    return this.#vertexIds;
  }

  /** Put a vertex at another place; its faces count as written. */
  move(id: VertexId, to: Point): void {
    this.#setVertex(id, to);
    for (const face of topologyOf(this.base).facesAt.get(id) ?? []) this.#faceIds.add(face);
  }

  /** The vertex at a place, new if there is none. */
  vertexAt(place: Point): VertexId {
    const key = placeKey(place);
    const there = topologyOf(this.base).vertexAt.get(key) ?? this.#newAt.get(key);
    if (there !== undefined) return there;
    const id = this.#nextVertex++;
    this.#newAt.set(key, id);
    this.#setVertex(id, place);
    return id;
  }

  /** Put vertices on an edge of the base, in order from one end, into the faces on both sides. */
  insertOnEdge(from: VertexId, to: VertexId, between: readonly VertexId[]): void {
    const { left } = topologyOf(this.base);
    for (const [a, b, inner] of [
      [from, to, between],
      [to, from, between.toReversed()],
    ] as const) {
      const face = this.faces.get(left.get(edgeKey(a, b)) ?? "");
      if (face === undefined) continue;
      const rings = face.rings.map((ring) => insertAfter(ring, a, b, inner));
      this.setFace({ ...face, rings });
    }
  }

  /** Write a face. */
  setFace(face: Face): void {
    this.faces.set(face.id, face);
    this.#faceIds.add(face.id);
  }

  /** Take a face out. */
  removeFace(id: FaceId): void {
    this.faces.delete(id);
    this.#faceIds.add(id);
  }

  /** Take a vertex out. */
  removeVertex(id: VertexId): void {
    this.vertices.delete(id);
    this.#vertexIds.add(id);
  }

  /** What differs from the base. */
  toChange(op: Operation): Change {
    const vertices = [...this.#vertexIds].map((id) => ({
      id,
      from: this.base.vertices.get(id),
      to: this.vertices.get(id),
    }));
    const faceIds = [...this.#faceIds].filter(
      (id) => this.base.faces.get(id) !== this.faces.get(id),
    );
    return {
      kind: "change",
      op,
      vertices: {
        removed: vertices.flatMap(({ id, from, to }) => (from && !to ? [{ id, place: from }] : [])),
        added: vertices.flatMap(({ id, from, to }) => (!from && to ? [{ id, place: to }] : [])),
        moved: vertices.flatMap(({ id, from, to }) =>
          from && to && !same(from, to) ? [{ id, from, to }] : [],
        ),
      },
      faces: {
        removed: faceIds.flatMap((id) => this.base.faces.get(id) ?? []),
        added: faceIds.flatMap((id) => this.faces.get(id) ?? []),
      },
    };
  }

  /** The place of a vertex of the draft. */
  placeOf = (id: VertexId): Point => placeOf(this, id);

  #setVertex(id: VertexId, place: Point): void {
    this.vertices.set(id, place);
    this.#vertexIds.add(id);
  }
}

function insertAfter(ring: Ring, from: VertexId, to: VertexId, inner: readonly VertexId[]): Ring {
  return [...pairs(ring)].flatMap(([a, b]) => (a === from && b === to ? [...inner, b] : [b]));
}
