import { LngLatBounds, type Map as MapView } from "maplibre-gl";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { latest } from "../../api/asked";
import { type Case, listCases } from "../../api/cases";
import { addCases, showCases } from "../../map/case_points";
import { createMap } from "../../map/create";
import { addPublicGround } from "../../map/public_ground";
import { tell } from "../../text/cases";
import { district } from "../shell/district";

interface Props {
  readonly wanted: Readonly<Record<string, string>>;
  readonly choose: (id: string) => void;
}

const MOST = "1000";
const MARGIN_PX = 50;
const CLOSEST = 16;

/** The issues of a list where they are; what is in view is asked for. */
export default function CaseMap({ wanted, choose }: Props) {
  const box = useRef<HTMLElement>(null);
  const view = useRef<MapView | null>(null);
  const fitted = useRef(false); // once: from then on whoever looks moves the map
  const asked = useRef(wanted);
  asked.current = wanted;
  const ask = useMemo(latest, []);
  const show = () => {
    const map = view.current;
    if (!map) return undefined;
    const bbox = map.getBounds().toArray().flat().join(",");
    const narrowed = { ...asked.current, bbox, limit: MOST };
    return ask(
      (stopped) => listCases("issues", narrowed, 0, stopped),
      ({ items }) => draw(map, items),
    );
  };
  const draw = (map: MapView, items: readonly Case[]) => {
    const placed = items.flatMap(({ case_id: id, lon, lat, overdue }) =>
      lon === null || lat === null ? [] : [{ id, lon, lat, overdue }],
    );
    showCases(map, placed);
    if (fitted.current || placed.length === 0) return;
    fitted.current = true;
    const bounds = new LngLatBounds();
    for (const place of placed) bounds.extend(place);
    map.fitBounds(bounds, { padding: MARGIN_PX, maxZoom: CLOSEST, animate: false });
  };
  useEffect(() => {
    const bounds = district.value?.box;
    if (!box.current || !bounds) return;
    const map = createMap(box.current, { bounds: [...bounds] });
    map.on("load", () => {
      addCases(map, choose);
      void addPublicGround(map, "cells");
      view.current = map;
      show();
    });
    map.on("moveend", show);
    return () => {
      view.current = null;
      map.remove();
    };
  }, []);
  useEffect(show, [wanted]);
  return <section ref={box} class="map" aria-label={tell("map")} />;
}
