import { effect, signal } from "@preact/signals";

export type Language = "zh" | "en";
/** Messages of one part of the app: each language has the same keys, which the compiler checks. */
export type Messages<Keys extends string> = Readonly<
  Record<Language, Readonly<Record<Keys, string>>>
>;

type Values = Readonly<Record<string, string | number>>;

const KEPT = "onegrid.language";

/** The language that is shown: what was chosen before, else Chinese. */
export const language = signal<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "zh");

/** What data calls a thing, in the language shown. */
export function labelOf(one: { readonly label: string; readonly label_en: string }): string {
  return language.value === "en" ? one.label_en : one.label;
}

/** Show another language from now on. */
export function speak(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  language.value = chosen;
}

/** A function that gives a message in the language shown, with `{name}` filled in. */
export function speaker<Keys extends string>(messages: Messages<Keys>) {
  return (key: Keys, values: Values = {}): string => filled(messages[language.value][key], values);
}

/** A function like that of `speaker` whose English comes when it is asked for: most never do. */
export function textOf<Key extends string>(
  zh: Readonly<Record<Key, string>>,
  load: () => Promise<{ readonly en: Readonly<Record<Key, string>> }>,
) {
  const messages = signal({ zh, en: zh });
  effect(() => {
    if (language.value !== "en" || messages.peek().en !== zh) return;
    load().then(
      ({ en }) => {
        messages.value = { zh, en };
      },
      () => undefined, // without a connection: Chinese stays
    );
  });
  return (key: Key, values: Values = {}): string =>
    filled(messages.value[language.value][key], values);
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
