import { useSignal } from "@preact/signals";
import { tell } from "../../text/resident";
import { district } from "../shell/district";
import { Later } from "../shell/later";
import { locate } from "../shell/locate";
import { Toggle } from "../shell/toggle";
import { Search } from "./search";
import { place, placeName, standAt } from "./state";

/** Where somebody is: by the device, by name, or by a tap on the map. */
export function Where() {
  const message = useSignal("");
  const mapped = useSignal(false);
  const here = () => {
    message.value = tell("locating");
    locate().then(
      (found) => {
        message.value = "";
        standAt(found, "");
      },
      () => {
        message.value = tell("locate_none");
      },
    );
  };
  return (
    <section aria-labelledby="where">
      <h2 id="where">{tell("where")}</h2>
      <div class="actions">
        <button type="button" class="main" onClick={here}>
          {tell("locate")}
        </button>
        {district.value?.box && (
          <Toggle shows={mapped}>{tell(mapped.value ? "on_map_close" : "on_map")}</Toggle>
        )}
      </div>
      <Search />
      {mapped.value && (
        <Later
          load={() => import("../shell/place_map")}
          with={{
            label: tell("on_map"),
            help: tell("on_map_help"),
            place: place.value,
            onPlace: (there) => standAt(there, ""),
          }}
        />
      )}
      <p role="status">
        {message.value || (place.value && <Chosen name={placeName.value || tell("here")} />)}
      </p>
    </section>
  );
}

function Chosen({ name }: { name: string }) {
  const { lon, lat } = place.value ?? { lon: 0, lat: 0 };
  return (
    <>
      <strong>{name}</strong>{" "}
      <small>
        {lat.toFixed(4)}, {lon.toFixed(4)}
      </small>
    </>
  );
}
