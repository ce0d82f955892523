import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asked } from "../../api/asked";
import { type Named, placesNamed } from "../../api/public";
import { tell } from "../../text/resident";
import { standAt } from "./state";

const WAIT_MS = 200; // while somebody types

/** A field that finds places by a part of their name; arrow keys choose, Enter takes. */
export function Search() {
  const text = useSignal("");
  const list = useSignal<readonly Named[]>([]);
  const listed = useSignal(""); // what was asked for the list
  const at = useSignal(-1);
  const message = useSignal("");
  const hasty = useSignal(false); // Enter came before the answer: the first of it is taken
  useEffect(() => {
    const wanted = text.value.trim();
    hasty.value = false;
    if (wanted === "") return;
    return asked(
      async (signal) => {
        await new Promise((typed) => setTimeout(typed, WAIT_MS));
        return signal.aborted ? [] : placesNamed(wanted, signal);
      },
      (places) => {
        if (hasty.value && places[0]) return take(places[0]);
        list.value = places;
        listed.value = wanted;
        at.value = -1;
        const count = places.length;
        message.value = tell(count ? "search_found" : "search_nothing", { count });
      },
      () => {
        message.value = tell(navigator.onLine ? "failed" : "offline");
      },
    );
  }, [text.value]);
  const take = (chosen: Named | undefined) => {
    if (!chosen) return;
    standAt(chosen, chosen.name);
    list.value = [];
    text.value = message.value = listed.value = "";
  };
  const press = (event: KeyboardEvent) => {
    const count = list.value.length;
    if (event.key === "Escape") list.value = [];
    else if (event.key === "Enter") {
      if (at.value >= 0 || listed.value === text.value.trim()) {
        take(list.value[Math.max(at.value, 0)]);
      } else hasty.value = true;
    } else if (count && event.key === "ArrowDown") at.value = (at.value + 1) % count;
    else if (count && event.key === "ArrowUp") at.value = (at.value + count - 1) % count;
    else return;
    event.preventDefault();
  };
  return (
    <div class="search">
      <label for="search">{tell("search")}</label>
      <input
        id="search"
        role="combobox"
        autocomplete="off"
        maxLength={60}
        placeholder={tell("search_hint")}
        aria-expanded={list.value.length > 0}
        aria-controls="places"
        aria-autocomplete="list"
        aria-activedescendant={at.value >= 0 ? `place-${at.value}` : undefined}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          if (text.value.trim() === "") list.value = [];
        }}
        onKeyDown={press}
      />
      <div id="places" role="listbox" aria-label={tell("search")} hidden={!list.value.length}>
        {list.value.map((one, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
          <div
            key={`${one.what}${one.name}${one.lon}`}
            id={`place-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at.value}
            onClick={() => take(one)}
          >
            <strong>{one.name}</strong>{" "}
            <small>
              {tell(one.what)} {one.within}
            </small>
          </div>
        ))}
      </div>
      <p role="status" class="quiet">
        {message.value}
      </p>
    </div>
  );
}
