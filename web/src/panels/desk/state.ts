import { computed, signal } from "@preact/signals";
import { ServiceError } from "../../api/client";
import { listUnits, type Unit } from "../../api/registers";
import { currentSession, type Session } from "../../api/session";
import { tell } from "../../text/cases";
import { loadFlows } from "../cases/flows";
import type { Field } from "./fields";

export const session = signal<Session | null>(null);
export const units = signal<readonly Unit[]>([]);
export const trouble = signal<"login" | "no_role" | "no_grid" | "failed" | null>(null);
const names = computed(() => new Map(units.value.map(({ id, name }) => [id, name])));

/** What people call a unit. */
export const unitName = (id: string | null) => names.value.get(id ?? "") ?? id ?? "";

export const communities = computed(() => units.value.filter(({ level }) => level === "community"));

export const cellsOf = (community: string) =>
  units.value.filter(({ level, parent }) => level === "cell" && parent === community);

/** A field in which a community is chosen. */
export const communityField = (): Field => ({
  name: "community_id",
  label: tell("community"),
  choices: communities.value.map(({ id, name }) => [id, name]),
});

/** Learn who asks, and what the panels choose from. */
export async function start(): Promise<void> {
  try {
    const known = await currentSession();
    if (!known) {
      trouble.value = "login";
      return;
    }
    const [found] = await Promise.all([listUnits(), loadFlows()]);
    units.value = found;
    session.value = known;
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : "";
    trouble.value = code === "FORBIDDEN" ? "no_role" : code === "NO_GRID" ? "no_grid" : "failed";
  }
}
