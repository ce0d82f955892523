import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { language, speak } from "../../text/language";
import { say } from "../../text/shell";
import { district, loadDistrict, unreachable } from "./district";
import { LARGEST, size } from "./size";
import "../../style/shell.css";

type Listed = "residents" | "office" | "plan" | "login";
type Page = Listed | "report" | "work" | "cases";
const PAGES: readonly (readonly [Listed, string])[] = [
  ["residents", "/"],
  ["office", "/office"],
  ["plan", "/plan"],
  ["login", "/login"],
];

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

/** What every page has: the way to the others, the language, the size of letters, the banner. */
export function Shell(props: { page: Page; title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${props.title} · ${say("brand")}`;
  }, [props.title]);
  useEffect(() => void loadDistrict(), []);
  return (
    <>
      <a class="skip" href="#main">
        {say("skip")}
      </a>
      <header>
        <div class="shell">
          <p class="brand">{district.value?.title ?? say("brand")}</p>
          <nav aria-label={say("pages")}>
            {PAGES.filter(([page]) => page !== "login" || district.value?.accounts).map(
              ([page, address]) => (
                <a
                  key={page}
                  href={address}
                  aria-current={page === props.page ? "page" : undefined}
                >
                  {say(page)}
                </a>
              ),
            )}
          </nav>
          <Settings />
        </div>
        {district.value?.synthetic && <p class="banner">{say("synthetic")}</p>}
      </header>
      <main id="main" tabIndex={-1}>
        {unreachable.value && <Unreachable />}
        {props.children}
      </main>
    </>
  );
}

function Unreachable() {
  return (
    <p class="problem" role="alert">
      {say("down")}{" "}
      <button type="button" onClick={() => void loadDistrict()}>
        {say("again")}
      </button>
    </p>
  );
}

function Settings() {
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
