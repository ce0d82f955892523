import { drawing, preview } from "../../draw/drawing";
import { taken, takeVertex, vertexMode } from "../../draw/modes/vertex";
import { verticesOf } from "../../draw/pick";
import { say } from "../../text/plan/modes";

/** The vertices of a cell, to be taken and nudged by keyboard. */
export function VertexList({ cell }: { cell: string }) {
  const now = drawing.value?.now;
  const ids = now === undefined ? [] : verticesOf(now, cell);
  return (
    <section class="task">
      <h2>{say("vertices_of", { n: ids.length })}</h2>
      <div class="vertices" data-enter="confirm">
        {ids.map((id, i) => (
          <button
            key={id}
            type="button"
            aria-label={say("vertex_n", { n: i + 1 })}
            aria-pressed={taken.value?.id === id}
            onFocus={() => takeVertex(id)}
            onClick={() => takeVertex(id)}
          >
            {i + 1}
          </button>
        ))}
      </div>
      <div class="row">
        <button
          type="button"
          class="main"
          disabled={preview.value === null}
          onClick={() => vertexMode.enter?.()}
        >
          {say("confirm")}
        </button>
        <button type="button" onClick={() => vertexMode.escape?.()}>
          {say("cancel")}
        </button>
      </div>
    </section>
  );
}
