import type { Change, Swap } from "./change";

/** The change that takes a change back exactly. */
export function invert(change: Change): Change {
  const { vertices, atoms, faces, conflicts } = change;
  return {
    ...change,
    vertices: {
      ...turned(vertices),
      moved: vertices.moved.map(({ id, from, to }) => ({ id, from: to, to: from })),
    },
    atoms: turned(atoms),
    faces: turned(faces),
    conflicts: turned(conflicts),
  };
}

function turned<Thing>({ removed, added }: Swap<Thing>): Swap<Thing> {
  return { removed: added, added: removed };
}
