import {
  type FitBoundsOptions,
  type LngLatBoundsLike,
  type LngLatLike,
  Map as MapView,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { baseStyle } from "./base_style";
import "./map.css";

setWorkerUrl(workerUrl);

export interface MapOptions {
  readonly center?: LngLatLike;
  readonly zoom?: number;
  readonly bounds?: LngLatBoundsLike;
  readonly fitBoundsOptions?: FitBoundsOptions;
  readonly interactive?: boolean;
}

/** The element that holds a map; tests find the map here, the app itself never looks. */
export interface MapElement extends HTMLElement {
  onegridMap?: MapView;
}

/** A map of our own ground, north up; nothing of it is asked from anywhere else. */
export function createMap(container: HTMLElement, options: MapOptions = {}): MapView {
  const map = new MapView({
    container,
    style: baseStyle(),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    maxZoom: 21,
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  (container as MapElement).onegridMap = map;
  return map;
}
