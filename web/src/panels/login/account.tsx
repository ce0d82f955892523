import { useSignal } from "@preact/signals";
import { changePassword, endLogin, type Login, logins } from "../../api/account";
import { logOut, type Session } from "../../api/session";
import { language } from "../../text/language";
import { type LoginKey, tell } from "../../text/login";
import { Acts } from "../shell/acts";
import { useAsked } from "../shell/use_asked";
import { Field, NewPassword, SecretForm } from "./form";

/** Words that name both a role and an area. */
const ALSO_AREAS: ReadonlySet<string> = new Set(["community", "department"]);

/** Who is logged in, and what they may change about it. */
export function Account({ session }: { session: Session }) {
  const role = ALSO_AREAS.has(session.role) ? `${session.role}_role` : session.role;
  return (
    <>
      <p>
        <strong>{tell("signed_in", { name: session.name, role: tell(role as LoginKey) })}</strong>
        <br />
        {tell("areas", { areas: session.areas.map(area).join("、") })}
      </p>
      <p class="actions">
        <a class="button" href="/office">
          {tell("go_office")}
        </a>
        <a class="button" href="/cases">
          {tell("go_cases")}
        </a>
        <a class="button" href="/work">
          {tell("go_work")}
        </a>
        <a class="button" href="/plan">
          {tell("go_plan")}
        </a>
        <Acts act={() => logOut().then(() => location.assign("/login"))}>{tell("log_out")}</Acts>
      </p>
      <h2>{tell("change")}</h2>
      <SecretForm
        heading={tell("change")}
        action={tell("change")}
        send={async ({ old = "", password = "", again }) => {
          if (password !== again) return "different";
          await changePassword(old, password);
          return "changed";
        }}
      >
        <Field name="old" label={tell("old")} complete="current-password" secret />
        <NewPassword />
      </SecretForm>
      <Logins />
    </>
  );
}

function area(text: string): string {
  const [level = "", id = ""] = text.split("/");
  return level === "subdistrict" || ALSO_AREAS.has(level)
    ? tell(level as LoginKey, { id })
    : tell("district");
}

function Logins() {
  const list = useSignal<readonly Login[]>([]);
  const load = useAsked(logins, (found) => {
    list.value = found;
  });
  return (
    <section aria-labelledby="logins">
      <h2 id="logins">{tell("logins")}</h2>
      <ul class="logins">
        {list.value.map((one) => (
          <li key={one.key}>
            <span>
              {one.agent || tell("unknown_device")}
              <small class="quiet">
                {" "}
                {tell("seen")} {when(one.seen_at)}
              </small>
            </span>
            {one.this ? (
              <strong>{tell("this")}</strong>
            ) : (
              <Acts act={() => endLogin(one.key).then(load, load)}>{tell("end")}</Acts>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function when(text: string): string {
  return new Date(text).toLocaleString(language.value === "zh" ? "zh-CN" : "en");
}
