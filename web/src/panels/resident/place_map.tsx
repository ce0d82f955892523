import { Marker } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { createMap } from "../../map/create";
import { addPublicGround } from "../../map/public_ground";
import { tell } from "../../text/resident";
import { district } from "../shell/district";
import { place, standAt } from "./state";

/** A map to tap on: where somebody stands. */
export default function PlaceMap() {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const bounds = district.value?.box;
    if (!box.current || !bounds) return;
    const map = createMap(box.current, { bounds: [...bounds] });
    map.on("load", () => void addPublicGround(map));
    const mark = new Marker({ color: "#1d2733" });
    if (place.value) mark.setLngLat(place.value).addTo(map);
    map.on("click", ({ lngLat }) => {
      mark.setLngLat(lngLat).addTo(map);
      standAt({ lon: lngLat.lng, lat: lngLat.lat }, "");
    });
    return () => map.remove();
  }, []);
  return (
    <>
      <p>{tell("on_map_help")}</p>
      <section ref={box} class="map" aria-label={tell("on_map")} />
    </>
  );
}
