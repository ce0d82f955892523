import type { Change } from "./change";

/** The change that takes a change back exactly. */
export function invert(change: Change): Change {
  const { vertices, faces } = change;
  return {
    kind: "change",
    op: change.op,
    vertices: {
      removed: vertices.added,
      added: vertices.removed,
      moved: vertices.moved.map(({ id, from, to }) => ({ id, from: to, to: from })),
    },
    faces: { removed: faces.added, added: faces.removed },
  };
}
