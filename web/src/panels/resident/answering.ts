import { computed, effect, signal } from "@preact/signals";
import { asked, type Stop } from "../../api/asked";
import { ServiceError } from "../../api/client";
import { cellAt, type HomeCell, type Nearest, nearest, type Service } from "../../api/public";
import { language } from "../../text/language";
import { type NearbyKey, tellNearby } from "../../text/nearby";
import { district } from "../shell/district";
import { kind, PACES, pace, place } from "./state";

/** What was asked of the service: nothing yet, on its way, here, or refused with a word. */
export type Answer<Value> =
  | { readonly state: "none" | "busy" }
  | { readonly state: "here"; readonly value: Value }
  | { readonly state: "refused"; readonly why: NearbyKey };

const ANSWERS = 5; // of one kind

export const home = signal<Answer<HomeCell>>({ state: "none" });
/** The nearest service of every kind. */
export const firsts = signal<Answer<Nearest>>({ state: "none" });
/** The nearest services of the chosen kind. */
export const found = signal<Answer<readonly Service[]>>({ state: "none" });

export const paces = computed(() =>
  PACES.flatMap((name) => district.value?.profiles.find((p) => p.name === name) ?? []),
);
export const chosenKind = computed(() => district.value?.kinds.find((k) => k.name === kind.value));

/** What a kind is called, without what stands in brackets. */
export function kindName(one: { label_zh: string; label_en: string } | undefined): string {
  if (!one) return "";
  return language.value === "zh" ? one.label_zh.replace(/[(（].*/, "") : one.label_en;
}

/** From now on ask again whenever something else is chosen. */
export function keepAsking(): void {
  effect(() => {
    const where = place.value;
    if (!where || !district.value?.grid) return undefined;
    return fill(home, (signal) => cellAt(where, signal));
  });
  effect(() => {
    const [where, walker] = [place.value, pace.value];
    if (!where || !district.value?.nearest) return undefined;
    return fill(firsts, (signal) => nearest(where, walker, [], 1, signal));
  });
  effect(() => {
    const [where, walker, what] = [place.value, pace.value, kind.value];
    if (!where || !chosenKind.value || !district.value?.nearest) return undefined;
    return fill(
      found,
      async (signal) => (await nearest(where, walker, [what], ANSWERS, signal))[what] ?? [],
    );
  });
}

function fill<Value>(
  into: { value: Answer<Value> },
  question: (signal: AbortSignal) => Promise<Value>,
): Stop {
  into.value = { state: "busy" };
  return asked(
    question,
    (value) => {
      into.value = { state: "here", value };
    },
    (error) => {
      into.value = { state: "refused", why: reason(error) };
    },
  );
}

function reason(error: unknown): NearbyKey {
  if (error instanceof ServiceError) {
    if (error.code === "AT_FAR") return "too_far_from_street";
    if (error.code === "NOT_THERE") return "outside";
  }
  return navigator.onLine ? "failed" : "offline";
}

/** What a refused question is told as, if it was refused. */
export function refusal(answer: Answer<unknown>): string {
  return answer.state === "refused" ? tellNearby(answer.why) : "";
}
