import type { Unit } from "../../api/board";

export type Column =
  | "name"
  | "people"
  | "elders_60"
  | "elders_60_covered"
  | "covered_share"
  | "worst_walk_s"
  | "floor_area_m2"
  | "cause";

export interface Wish {
  readonly opened: ReadonlySet<string>;
  readonly find: string;
  readonly gapsOnly: boolean;
  readonly sort: { readonly column: Column; readonly down: boolean };
}

const FOUND_MAX = 200; // rows of a search; more are no use to anybody
const TOP = "";
const BELOW = { district: null, subdistrict: "community", community: "cell", cell: null } as const;

const key = ({ level, id }: Pick<Unit, "level" | "id">) => `${level}/${id}`;

/** The units right below each unit, by its key; those without one above stand below nothing. */
export function childrenOf(units: readonly Unit[]): ReadonlyMap<string, readonly Unit[]> {
  const known = new Set(units.map(key));
  const below = new Map<string, Unit[]>();
  for (const unit of units) {
    if (unit.level === "district") continue;
    const above = unit.level === "cell" ? `community/${unit.parent}` : `subdistrict/${unit.parent}`;
    const at = unit.level !== "subdistrict" && known.has(above) ? above : TOP;
    below.set(at, [...(below.get(at) ?? []), unit]);
  }
  return below;
}

/** Whether a unit has people who do not reach the service, or a service that is too small. */
export const hasGap = ({ cause }: Unit) => cause !== null && cause !== "covered";

/** The rows of the board in their order: what is open, or what is looked for. */
export function shownRows(
  units: readonly Unit[],
  below: ReadonlyMap<string, readonly Unit[]>,
  wish: Wish,
): readonly Unit[] {
  const order = inOrder(wish.sort);
  const fits = (unit: Unit) => !wish.gapsOnly || hasGap(unit);
  const district = units.filter(({ level }) => level === "district");
  if (wish.find) {
    const found = units.filter((unit) => unit.name.includes(wish.find) && fits(unit));
    return found.sort(order).slice(0, FOUND_MAX);
  }
  const rows: Unit[] = [...district];
  const add = (at: string) => {
    for (const unit of [...(below.get(at) ?? [])].filter(fits).sort(order)) {
      rows.push(unit);
      if (wish.opened.has(key(unit)) && BELOW[unit.level]) add(key(unit));
    }
  };
  add(TOP);
  return rows;
}

function inOrder({ column, down }: Wish["sort"]) {
  const sign = down ? -1 : 1;
  return (one: Unit, two: Unit): number => {
    const [a, b] = [one[column], two[column]];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const by =
      typeof a === "number" && typeof b === "number"
        ? a - b
        : String(a).localeCompare(String(b), "zh");
    return by === 0 ? one.id.localeCompare(two.id) : sign * by;
  };
}
