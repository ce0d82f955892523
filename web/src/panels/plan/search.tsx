import { useSignal } from "@preact/signals";
import { choose, communityNames, tab } from "../../draw/bench";
import { type Cell, cells } from "../../draw/cells";
import { isOnServices } from "../../draw/services";
import { zoomTo } from "../../draw/show";
import { say } from "../../text/plan/bench";

const SHOWN = 12;

/** Find cells by code, name, old code or community. */
export function Search() {
  const asked = useSignal("");
  const found = asked.value.trim() === "" ? [] : matching(asked.value.trim());
  const take = ({ cell_id }: Cell) => {
    asked.value = "";
    choose(cell_id);
    zoomTo([cell_id]);
    if (!isOnServices()) tab.value = "cell";
  };
  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (found[0] !== undefined) take(found[0]);
      }}
    >
      <input
        type="search"
        aria-label={say("search")}
        placeholder={say("search")}
        value={asked.value}
        onInput={(event) => (asked.value = event.currentTarget.value)}
      />
      {asked.value.trim() !== "" && (
        <div class="found">
          <p role="status">
            {found.length === 0 ? say("nothing") : say("found", { n: found.length })}
          </p>
          <ul>
            {found.slice(0, SHOWN).map((cell) => (
              <li key={cell.cell_id}>
                <button type="button" onClick={() => take(cell)}>
                  {cell.name ?? cell.code} <small>{cell.code}</small>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </form>
  );
}

function matching(asked: string): Cell[] {
  const names = communityNames.value;
  return [...cells.value.values()]
    .map(({ cell }) => cell)
    .filter(({ code, name, base_code, community_id, cell_id }) =>
      [code, name, base_code, names.get(community_id), cell_id].some((text) =>
        text?.includes(asked),
      ),
    );
}
