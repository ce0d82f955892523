import { computed, effect, signal } from "@preact/signals";
import { asked } from "../../api/asked";
import { board as ask, type Board, type Unit } from "../../api/board";
import { ServiceError } from "../../api/client";
import { type Column, childrenOf, shownRows } from "./tree";

export const kind = signal("");
export const profile = signal("");
export const board = signal<Board | null>(null);
/** Why there is no board: nothing is published, or the service is away. */
export const trouble = signal<"none" | "failed" | null>(null);
/** How often the board was asked for anew, because it was measured again. */
export const again = signal(0);
export const find = signal("");
export const gapsOnly = signal(false);
export const sortBy = signal<{ readonly column: Column; readonly down: boolean }>({
  column: "covered_share",
  down: false,
});
/** The units that are opened, and the one that is chosen, by level and id. */
export const opened = signal<ReadonlySet<string>>(new Set());
export const chosen = signal<string | null>(null);

/** What tells units of different levels apart. */
export const keyOf = ({ level, id }: Pick<Unit, "level" | "id">) => `${level}/${id}`;

export const units = computed(
  () => new Map((board.value?.units ?? []).map((unit) => [keyOf(unit), unit])),
);
const below = computed(() => childrenOf(board.value?.units ?? []));
export const rows = computed(() =>
  shownRows(board.value?.units ?? [], below.value, {
    opened: opened.value,
    find: find.value.trim(),
    gapsOnly: gapsOnly.value,
    sort: sortBy.value,
  }),
);

/** Ask for the board whenever another kind or profile is chosen. */
export function follow(): void {
  effect(() => {
    const [wanted, walker] = [kind.value, profile.value, again.value] as const;
    return asked(
      (stopped) => ask(wanted, walker, stopped),
      (answer) => {
        board.value = answer;
        trouble.value = answer.units.length ? null : "none";
      },
      (error) => {
        trouble.value = error instanceof ServiceError && error.status === 404 ? "none" : "failed";
      },
    );
  });
}

/** Open or close what is in a unit. */
export function turn(key: string): void {
  const next = new Set(opened.value);
  if (!next.delete(key)) next.add(key);
  opened.value = next;
}

/** Choose a unit, and open everything above it so that its row is seen. */
export function choose(key: string): void {
  const next = new Set(opened.value);
  for (let unit = units.value.get(key); unit?.parent; ) {
    const above = `${unit.level === "cell" ? "community" : "subdistrict"}/${unit.parent}`;
    next.add(above);
    unit = units.value.get(above);
  }
  opened.value = next;
  chosen.value = key;
}
