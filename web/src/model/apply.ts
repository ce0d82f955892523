import type { Change } from "./change";
import type { Face, FaceId, Partition } from "./partition";
import { type Point, same } from "./point";

/** The partition after a change; throws when the change was made from another state of it. */
export function apply(partition: Partition, change: Change): Partition {
  if (!fits(partition, change)) throw new RangeError("the change was made from another state");
  const vertices = new Map(partition.vertices);
  const faces = new Map(partition.faces);
  for (const { id } of change.vertices.removed) vertices.delete(id);
  for (const { id, place } of change.vertices.added) vertices.set(id, place);
  for (const { id, to } of change.vertices.moved) vertices.set(id, to);
  for (const { id } of change.faces.removed) faces.delete(id);
  for (const face of change.faces.added) faces.set(face.id, face);
  return { vertices, faces };
}

/** Whether all that a change takes away or moves is there as it found it, and nothing it adds is. */
export function fits(partition: Partition, change: Change): boolean {
  const { vertices, faces } = change;
  const isAt = (id: number, place: Point): boolean => {
    const now = partition.vertices.get(id);
    return now !== undefined && same(now, place);
  };
  const redrawn = new Set<FaceId>(faces.removed.map(({ id }) => id));
  return (
    vertices.removed.every(({ id, place }) => isAt(id, place)) &&
    vertices.moved.every(({ id, from }) => isAt(id, from)) &&
    vertices.added.every(({ id }) => !partition.vertices.has(id)) &&
    faces.removed.every((face) => sameFace(partition.faces.get(face.id), face)) &&
    faces.added.every(({ id }) => redrawn.has(id) || !partition.faces.has(id))
  );
}

/** Faces are plain values, written by JSON when saved: equal text is an equal face. */
function sameFace(now: Face | undefined, face: Face): boolean {
  return now === face || JSON.stringify(now) === JSON.stringify(face);
}
