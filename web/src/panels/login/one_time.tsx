import { useSignal } from "@preact/signals";
import { usePasswordLink } from "../../api/account";
import { tell } from "../../text/login";
import { NewPassword, SecretForm } from "./form";

/** A password chosen by a one-time link; its secret stays in the address, which no server sees. */
export function OneTime() {
  const done = useSignal(false);
  if (done.value) {
    return (
      <>
        <p role="status">{tell("saved")}</p>
        <p>
          <a class="button" href="/login">
            {tell("to_login")}
          </a>
        </p>
      </>
    );
  }
  return (
    <SecretForm
      heading={tell("set_password")}
      action={tell("save")}
      send={async ({ password = "", again }) => {
        if (password !== again) return "different";
        await usePasswordLink(location.hash.slice(1), password);
        history.replaceState(null, "", "/link");
        done.value = true;
        return undefined;
      }}
    >
      <NewPassword />
    </SecretForm>
  );
}
