import { effect, signal } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import type { Level, Unit } from "../../api/board";
import { addChoropleth, colourUnits, markUnit } from "../../map/choropleth";
import { createMap } from "../../map/create";
import { tell } from "../../text/office";
import { district } from "../shell/district";
import { Legend, STEPS } from "./choosers";
import { board, choose, chosen } from "./state";

const LEVELS = ["subdistrict", "community", "cell"] as const;
const level = signal<Exclude<Level, "district">>("community");
const UNKNOWN = "#e9e6dd";

/** The units on the map, coloured by covered share, in step with the table. */
export default function BoardMap() {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const bounds = district.value?.box;
    if (!box.current || !bounds) return;
    const map = createMap(box.current, { bounds: [...bounds] });
    let stop = () => {};
    map.on("load", () => {
      stop = follow(map);
    });
    return () => {
      stop();
      map.remove();
    };
  }, []);
  return (
    <>
      <fieldset class="levels">
        <legend>{tell("map_level")}</legend>
        {LEVELS.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="level"
              checked={level.value === one}
              onChange={() => {
                level.value = one;
              }}
            />
            {tell(one)}
          </label>
        ))}
      </fieldset>
      <section ref={box} class="map" aria-label={tell("map")} />
      <Legend />
    </>
  );
}

function follow(map: MapView): () => void {
  addChoropleth(map, (at, id) => choose(`${at}/${id}`));
  const stops = [
    effect(() => {
      const shown = (board.value?.units ?? []).filter((unit) => unit.level === level.value);
      colourUnits(map, level.value, new Map(shown.map((unit) => [unit.id, colour(unit)])), UNKNOWN);
    }),
    effect(() => {
      const at = LEVELS.find((one) => chosen.value?.startsWith(`${one}/`));
      if (at) level.value = at; // a row of another level than the map shows
    }),
    effect(() => {
      const [at = "", id = ""] = (chosen.value ?? "").split("/");
      markUnit(map, at === level.value ? id : "");
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function colour({ covered_share: share }: Unit): string {
  if (share === null) return UNKNOWN;
  return STEPS.findLast(([from]) => share >= from)?.[1] ?? UNKNOWN;
}
