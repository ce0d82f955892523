import { signal } from "@preact/signals";
import { type Summary, summary } from "../../api/board";
import { type OfficeKey, tell } from "../../text/office";
import { useAsked } from "../shell/use_asked";
import { count, percent } from "./figures";

const FIGURES = ["cells", "communities", "in_band_share", "households_in_band_share"] as const;
const BORDERS = ["border_reuse_share", "mean_compactness", "gap_m2", "overlap_m2"] as const;
const DEPARTMENTS = new Set(["politics_law", "emergency", "urban_management", "ecology"]);
const report = signal<Summary>({});

/** How good the grid is: its size, its borders, what stayed together. */
export function Quality() {
  useAsked(summary, (told) => {
    report.value = told;
  });
  const merge = report.value.merge;
  if (!merge) return null;
  const kept = Object.entries(merge.preserved_share ?? {});
  return (
    <section aria-labelledby="quality">
      <h2 id="quality">{tell("quality")}</h2>
      <dl class="facts">
        {[...FIGURES, ...BORDERS].map((name) => (
          <Fact key={name} label={tell(name)} name={name} value={merge[name]} />
        ))}
        {kept.map(([name, value]) => (
          <Fact
            key={name}
            label={tell("preserved", { name: department(name) })}
            name="share"
            value={value as number}
          />
        ))}
      </dl>
    </section>
  );
}

function Fact(props: { label: string; name: string; value: unknown }) {
  if (typeof props.value !== "number") return null;
  const { name, value } = props;
  const small = name === "mean_compactness" ? value.toFixed(2) : count(value);
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>{name.endsWith("share") ? percent(value) : small}</dd>
    </div>
  );
}

function department(name: string): string {
  return DEPARTMENTS.has(name) ? tell(name as OfficeKey) : name;
}
