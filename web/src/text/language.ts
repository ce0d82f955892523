import { signal } from "@preact/signals";

export type Language = "zh" | "en";
/** Messages of one part of the app: each language has the same keys, which the compiler checks. */
export type Messages<Keys extends string> = Readonly<
  Record<Language, Readonly<Record<Keys, string>>>
>;

const KEPT = "onegrid.language";

/** The language that is shown: what was chosen before, else Chinese. */
export const language = signal<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "zh");

/** Show another language from now on. */
export function speak(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  language.value = chosen;
}

/** A function that gives a message in the language shown, with `{name}` filled in. */
export function speaker<Keys extends string>(messages: Messages<Keys>) {
  return (key: Keys, values: Readonly<Record<string, string | number>> = {}): string =>
    messages[language.value][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
