import { Marker } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import type { Service } from "../../api/public";
import { createMap } from "../../map/create";
import { addPublicGround } from "../../map/public_ground";
import { tellNearby } from "../../text/nearby";

const EDGE_PX = 40;

/** The way to a service on the map. */
export default function RouteMap({ service }: { service: Service }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const way = service.route.coordinates.map(([lon, lat]) => [lon, lat] as [number, number]);
    const [lons, lats] = [way.map(([lon]) => lon), way.map(([, lat]) => lat)];
    const map = createMap(box.current);
    map.fitBounds(
      [
        [Math.min(...lons), Math.min(...lats)],
        [Math.max(...lons), Math.max(...lats)],
      ],
      { padding: EDGE_PX, maxZoom: 17, animate: false },
    );
    map.on("load", () => {
      map.addSource("way", {
        type: "geojson",
        data: {
          type: "Feature",
          properties: {},
          geometry: { type: "LineString", coordinates: way },
        },
      });
      map.addLayer({
        id: "way",
        type: "line",
        source: "way",
        layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": "#005a8f", "line-width": 5 },
      });
      void addPublicGround(map, "way");
    });
    for (const [end, colour] of [
      [way[0], "#1d2733"],
      [way.at(-1), "#b14a00"],
    ] as const) {
      if (end) new Marker({ color: colour }).setLngLat(end).addTo(map);
    }
    return () => map.remove();
  }, [service]);
  return (
    <section
      ref={box}
      class="map"
      aria-label={tellNearby("way_map", { name: service.name || tellNearby("unnamed") })}
    />
  );
}
