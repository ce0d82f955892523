import { language, speak } from "../../text/language";
import { say } from "../../text/shell";
import { district } from "./district";
import { LARGEST, size } from "./size";

type Listed = "residents" | "office" | "plan" | "login";
export type Page = Listed | "report" | "work" | "cases";
const PAGES: readonly (readonly [Listed, string])[] = [
  ["residents", "/"],
  ["office", "/office"],
  ["plan", "/plan"],
  ["login", "/login"],
];

/** The way to the other pages. */
export function Pages({ page: here }: { page: Page }) {
  return (
    <nav aria-label={say("pages")}>
      {PAGES.filter(([page]) => page !== "login" || district.value?.accounts).map(
        ([page, address]) => (
          <a key={page} href={address} aria-current={page === here ? "page" : undefined}>
            {say(page)}
          </a>
        ),
      )}
    </nav>
  );
}

/** The size of letters and the language. */
export function Settings() {
  const other = language.value === "zh" ? "en" : "zh";
  const step = (change: number) => {
    size.value = Math.min(LARGEST, Math.max(1, size.value + change));
  };
  return (
    <div class="settings">
      {size.value > 0 && (
        <fieldset aria-label={say("size")}>
          <button type="button" onClick={() => step(-1)}>
            {say("smaller")}
          </button>
          <button type="button" onClick={() => step(1)}>
            {say("larger")}
          </button>
        </fieldset>
      )}
      <button
        type="button"
        aria-pressed={size.value > 0}
        onClick={() => {
          size.value = size.value > 0 ? 0 : 1;
        }}
      >
        {say(size.value > 0 ? "elder_off" : "elder")}
      </button>
      <button type="button" lang={other === "zh" ? "zh-CN" : "en"} onClick={() => speak(other)}>
        {say("language")}
      </button>
    </div>
  );
}
