import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../../text/language";
import { say } from "../../text/shell";
import { district, loadDistrict, unreachable } from "./district";
import { type Page, Pages, Settings } from "./settings";
import "../../style/shell.css";

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
          <Pages page={props.page} />
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
