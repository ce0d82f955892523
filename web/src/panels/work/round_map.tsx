import { Marker } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { createMap } from "../../map/create";
import { addPublicGround } from "../../map/public_ground";
import { tell } from "../../text/work";
import { round } from "./state";

const MARGIN_PX = 40;
const CLOSEST = 17;

/** The places of the round on the map, numbered as in the list. */
export default function RoundMap() {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const places = (round.value?.stops ?? []).flatMap(({ lon, lat }) =>
      lon === null || lat === null ? [] : [{ lon, lat }],
    );
    const [lons, lats] = [places.map(({ lon }) => lon), places.map(({ lat }) => lat)];
    if (!box.current || places.length === 0) return;
    const map = createMap(box.current, {
      bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
      fitBoundsOptions: { padding: MARGIN_PX, maxZoom: CLOSEST },
    });
    map.on("load", () => void addPublicGround(map));
    places.forEach((place, i) => {
      const pin = document.createElement("span");
      pin.className = "pin";
      pin.textContent = String(i + 1);
      new Marker({ element: pin }).setLngLat(place).addTo(map);
    });
    return () => map.remove();
  }, [round.value]);
  return <section ref={box} class="map" aria-label={tell("map")} />;
}
