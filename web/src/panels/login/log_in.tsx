import { logIn } from "../../api/session";
import { tell } from "../../text/login";
import { district } from "../shell/district";
import { Field, SecretForm } from "./form";

const HOME = "/office";
const ANYWHERE = "http://localhost";

/** Where to go after logging in: a page of ours and nothing else. */
export function nextPage(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  if (!next.startsWith("/") || !URL.canParse(next, ANYWHERE)) return HOME;
  // as a browser reads it: tabs vanish, \ is /, and dots go up
  const { origin, pathname, search: asked, hash } = new URL(next, ANYWHERE);
  return origin === ANYWHERE && !pathname.startsWith("//") ? pathname + asked + hash : HOME;
}

const PROBLEMS = [
  "OIDC_REFUSED",
  "OIDC_AWAY",
  "OIDC_TAKEN",
  "OIDC_SHUT_OUT",
  "LOGIN_PAUSED",
] as const;

/** Why the office's own provider let nobody in; null where nothing went wrong. */
function problem(search: string): string | null {
  const code = new URLSearchParams(search).get("problem");
  if (code === null) return null;
  return tell(PROBLEMS.find((known) => known === code) ?? "failed");
}

/** A name and a password, or the office's own provider. */
export function LogIn() {
  if (district.value && !district.value.accounts) return <p>{tell("no_accounts")}</p>;
  const provider = district.value?.provider;
  const failed = problem(location.search);
  return (
    <>
      {failed !== null && <p role="alert">{failed}</p>}
      <SecretForm
        heading={tell("title")}
        action={tell("log_in")}
        send={async ({ user = "", password = "" }) => {
          await logIn(user, password);
          location.assign(nextPage(location.search));
          return undefined;
        }}
      >
        <Field name="user" label={tell("user")} complete="username" />
        <Field name="password" label={tell("password")} complete="current-password" secret />
      </SecretForm>
      {provider && (
        <p>
          <a
            class="button"
            href={`/api/oidc/login?next=${encodeURIComponent(nextPage(location.search))}`}
          >
            {tell("provider", { name: provider })}
          </a>
        </p>
      )}
      <p class="quiet">{tell("no_link")}</p>
    </>
  );
}
