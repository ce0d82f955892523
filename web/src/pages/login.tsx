import { signal } from "@preact/signals";
import { render } from "preact";
import { latest } from "../api/asked";
import { currentSession, type Session } from "../api/session";
import { Account } from "../panels/login/account";
import { LogIn } from "../panels/login/log_in";
import { OneTime } from "../panels/login/one_time";
import { district } from "../panels/shell/district";
import { Shell } from "../panels/shell/shell";
import { tell } from "../text/login";
import "../style/base.css";
import "../style/sheet.css";
import "../style/login.css";

const session = signal<Session | null | undefined>(undefined);
const linked = location.pathname === "/link";

function Login() {
  const known = session.value;
  const heading = tell(linked ? "set_password" : known ? "account" : "title");
  return (
    <Shell page="login" title={heading}>
      <h1>{heading}</h1>
      {linked && <OneTime />}
      {!linked && known && <Account session={known} />}
      {!linked && known === null && <LogIn />}
    </Shell>
  );
}

const ask = latest();
// a folder of results has no accounts, and no route that tells who is in
if (!linked) {
  district.subscribe((found) => {
    if (!found || session.peek() !== undefined) return;
    ask(
      () => (found.accounts ? currentSession() : Promise.resolve(null)),
      (who) => {
        session.value = who;
      },
      () => {
        session.value = null;
      },
    );
  });
}
render(<Login />, document.body);
