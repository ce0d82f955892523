import { logIn } from "../../api/session";
import { tell } from "../../text/login";
import { district } from "../shell/district";
import { Field, SecretForm } from "./form";

/** Where to go after logging in: a page of ours and nothing else. */
export function nextPage(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/office";
}

/** A name and a password. */
export function LogIn() {
  if (district.value && !district.value.accounts) return <p>{tell("no_accounts")}</p>;
  return (
    <>
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
      <p class="quiet">{tell("no_link")}</p>
    </>
  );
}
