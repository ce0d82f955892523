import { useSignal } from "@preact/signals";
import type { Place } from "../../api/public";
import { type ReportKey, tell } from "../../text/report";
import { district } from "../shell/district";
import { Later } from "../shell/later";
import { locate } from "../shell/locate";
import { Toggle } from "../shell/toggle";

/** Where something is: by the device, or by a tap on the map. */
export function WhereField(props: { place: Place | null; onPlace: (place: Place) => void }) {
  const mapped = useSignal(false);
  const message = useSignal<ReportKey | null>(null);
  const here = () => {
    message.value = "locating";
    locate().then(
      (found) => {
        message.value = null;
        props.onPlace(found);
      },
      () => {
        message.value = "locate_none";
      },
    );
  };
  const place = props.place;
  return (
    <fieldset class="where">
      <legend>{tell("where")}</legend>
      <p class="actions">
        <button type="button" onClick={here}>
          {tell("here")}
        </button>
        {district.value?.box && <Toggle shows={mapped}>{tell("on_map")}</Toggle>}
      </p>
      {mapped.value && (
        <Later
          load={() => import("../shell/place_map")}
          with={{
            label: tell("on_map"),
            help: tell("on_map_help"),
            place,
            onPlace: props.onPlace,
          }}
        />
      )}
      <p role="status">
        {message.value
          ? tell(message.value)
          : place && tell("chosen", { lon: place.lon.toFixed(5), lat: place.lat.toFixed(5) })}
      </p>
    </fieldset>
  );
}
