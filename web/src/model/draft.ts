import { away } from "./lines";
import { Overlay } from "./overlay";
import {
  type Atom,
  type AtomId,
  type Conflict,
  type ConflictId,
  type Face,
  type FaceId,
  type Partition,
  placeOf,
  type VertexId,
} from "./partition";
import { type Point, same } from "./point";
import { follows, insertAfter } from "./ring";
import { boxOf, wider } from "./squares";
import { atomsNear, placeKey, type Topology, topologyOf } from "./topology";

/** A sheet laid over a partition to try an edit on; what differs in the end is the change. */
export class Draft {
  vertices: Overlay<VertexId, Point>;
  atoms: Overlay<AtomId, Atom>;
  faces: Overlay<FaceId, Face>;
  conflicts: Overlay<ConflictId, Conflict>;
  /** For each atom made here, the atom of the base that it is a piece of. */
  origin = new Map<AtomId, AtomId>();
  #newAt = new Map<string, VertexId>();
  #nextVertex: VertexId;

  constructor(
    readonly base: Partition,
    /** Whether borders of communities may move, and carry these along. */
    readonly withParents = false,
  ) {
    this.vertices = new Overlay(base.vertices);
    this.atoms = new Overlay(base.atoms);
    this.faces = new Overlay(base.faces);
    this.conflicts = new Overlay(base.conflicts);
    this.#nextVertex = this.topology.nextVertex;
  }

  /** Another sheet with the same on it, to try more on. */
  copy(): Draft {
    const made = new Draft(this.base, this.withParents);
    made.vertices = this.vertices.copy();
    made.atoms = this.atoms.copy();
    made.faces = this.faces.copy();
    made.conflicts = this.conflicts.copy();
    made.origin = new Map(this.origin);
    made.#newAt = new Map(this.#newAt);
    made.#nextVertex = this.#nextVertex;
    return made;
  }

  /** The topology of the base. */
  get topology(): Topology {
    return topologyOf(this.base);
  }

  /** The place of a vertex of the draft. */
  placeOf = (id: VertexId): Point => this.vertices.get(id) ?? placeOf(this.base, id);

  /** The atoms that have a vertex, by id. */
  atomsAt(vertex: VertexId): Atom[] {
    const ids = new Set([...(this.topology.atomsAt.get(vertex) ?? []), ...this.atoms.written]);
    return this.#sorted(ids).filter(({ rings }) => rings.some((ring) => ring.includes(vertex)));
  }

  /** The atoms of a cell, by id. */
  atomsOf(cell: FaceId): Atom[] {
    const ids = new Set([...(this.topology.atomsOf.get(cell) ?? []), ...this.atoms.written]);
    return this.#sorted(ids).filter((atom) => atom.cell === cell);
  }

  /** The atoms to the left of a directed edge: one, or none where there is no such edge. */
  leftOf(from: VertexId, to: VertexId): Atom | undefined {
    return this.atomsAt(from).find(({ rings }) => rings.some((ring) => follows(ring, from, to)));
  }

  /** The vertex nearest to a place, within some steps. */
  vertexNear(place: Point, within: number): VertexId | undefined {
    const exact = this.topology.vertexAt.get(placeKey(place)) ?? this.#newAt.get(placeKey(place));
    if (exact !== undefined && same(this.vertices.get(exact) ?? [Number.NaN, 0], place))
      return exact;
    const ids = atomsNear(this.topology, wider(boxOf([place]), within));
    const near = this.#sorted(new Set([...ids, ...this.atoms.written]))
      .flatMap(({ rings }) => rings.flat())
      .map((id) => ({ id, away: away(this.placeOf(id), place), at: this.placeOf(id) }))
      .filter(({ away }) => away <= within);
    near.sort((a, b) => a.away - b.away || a.at[0] - b.at[0] || a.at[1] - b.at[1]);
    return near[0]?.id;
  }

  /** The vertex at a place, new if there is none. */
  vertexAt(place: Point): VertexId {
    const key = placeKey(place);
    const there = this.#newAt.get(key) ?? this.topology.vertexAt.get(key);
    return there ?? this.newVertex(place);
  }

  /** A new vertex; where there is one already, the proof will tell. */
  newVertex(place: Point): VertexId {
    const id = this.#nextVertex++;
    this.#newAt.set(placeKey(place), id);
    this.vertices.set(id, place);
    return id;
  }

  /** Put a vertex at another place; its atoms count as written. */
  move(id: VertexId, to: Point): void {
    this.vertices.set(id, to);
    for (const atom of this.atomsAt(id)) this.atoms.set(atom.id, atom);
  }

  /** Draw the rings of all atoms that have one of some vertices anew. */
  redraw(vertices: Iterable<VertexId>, draw: (ring: readonly VertexId[]) => VertexId[]): void {
    const atoms = new Map([...vertices].flatMap((id) => this.atomsAt(id)).map((a) => [a.id, a]));
    for (const atom of atoms.values()) {
      this.atoms.set(atom.id, { ...atom, rings: atom.rings.map(draw) });
    }
  }

  /** Put vertices on an edge, in order from one end, into the atoms on both sides. */
  insertOnEdge(from: VertexId, to: VertexId, between: readonly VertexId[]): void {
    for (const [a, b, inner] of [
      [from, to, between],
      [to, from, between.toReversed()],
    ] as const) {
      const atom = this.leftOf(a, b);
      if (atom === undefined) continue;
      const rings = atom.rings.map((ring) => insertAfter(ring, a, b, inner));
      this.atoms.set(atom.id, { ...atom, rings });
    }
  }

  /** Take out the vertices among some that no atom has any more. */
  dropUnused(vertices: Iterable<VertexId>): void {
    for (const id of vertices) if (this.atomsAt(id).length === 0) this.vertices.delete(id);
  }

  #sorted(ids: ReadonlySet<AtomId>): Atom[] {
    return [...ids].sort().flatMap((id) => this.atoms.get(id) ?? []);
  }
}
