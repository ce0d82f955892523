import { ask, useToken } from "./client";

export type Role =
  | "resident"
  | "grid_worker"
  | "community"
  | "subdistrict_office"
  | "planner"
  | "admin"
  | "department";

/** Who is logged in, and the token that every write sends. */
export interface Session {
  readonly user_id: string;
  readonly name: string;
  readonly role: Role;
  /** `district`, `subdistrict/ID` or `community/ID`. */
  readonly areas: readonly string[];
  readonly csrf: string;
}

const SESSION = "/api/session";

/** Who is logged in; null when nobody is. From now on writes send their token. */
export async function currentSession(): Promise<Session | null> {
  const session = await ask<Session | undefined>(SESSION);
  return session ? welcome(session) : null;
}

/** Log in with a name and a password. */
export async function logIn(user: string, password: string): Promise<Session> {
  return welcome(await ask<Session>(SESSION, { body: { user_id: user, password } }));
}

/** Log out. */
export async function logOut(): Promise<void> {
  await ask<void>(SESSION, { method: "DELETE" });
  useToken("");
}

function welcome(session: Session): Session {
  useToken(session.csrf);
  return session;
}
