import { Marker } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import type { Place } from "../../api/public";
import { createMap } from "../../map/create";
import { addPublicGround } from "../../map/public_ground";
import { district } from "./district";

interface Props {
  readonly label: string;
  readonly help: string;
  readonly place: Place | null;
  readonly onPlace: (place: Place) => void;
}

/** A map to tap on: where something is. */
export default function PlaceMap({ label, help, place, onPlace }: Props) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const bounds = district.value?.box;
    if (!box.current || !bounds) return;
    const map = createMap(box.current, { bounds: [...bounds] });
    map.on("load", () => void addPublicGround(map));
    const mark = new Marker({ color: "#1d2733" });
    if (place) mark.setLngLat(place).addTo(map);
    map.on("click", ({ lngLat }) => {
      mark.setLngLat(lngLat).addTo(map);
      onPlace({ lon: lngLat.lng, lat: lngLat.lat });
    });
    return () => map.remove();
  }, []);
  return (
    <>
      <p>{help}</p>
      <section ref={box} class="map" aria-label={label} />
    </>
  );
}
