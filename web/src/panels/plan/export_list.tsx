import { planPath } from "../../api/plans";
import { ofDistrict, plan } from "../../draw/bench";

import { say } from "../../text/plan/exports";

/** What the service is asked for, by the name of the message. */
const FILES = {
  gpkg: "format=gpkg",
  shp_utf8: "format=shp&encoding=utf-8",
  shp_gbk: "format=shp&encoding=gbk",
  geojson: "format=geojson",
  dxf: "format=dxf",
  pmtiles: "format=pmtiles",
  xlsx: "format=xlsx",
  sheets: "format=sheets",
  folder: "format=folder",
} as const;

/** The plan as one file of each kind, to take away. */
export function ExportList() {
  const id = plan.value?.plan_id;
  if (id === undefined || !ofDistrict.value) return null;
  return (
    <section class="part">
      <h2>{say("title")}</h2>
      <ul class="exports">
        {Object.entries(FILES).map(([name, asked]) => (
          <li key={name}>
            <a href={planPath(id, `/export?${asked}`)} download>
              {say(name as keyof typeof FILES)}
            </a>
          </li>
        ))}
      </ul>
      <p class="hint">{say("on_record")}</p>
    </section>
  );
}
