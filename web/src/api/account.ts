import { ask } from "./client";

/** Somewhere one is logged in. */
export interface Login {
  readonly key: string;
  readonly agent: string;
  readonly seen_at: string;
  readonly ends_at: string;
  readonly this: boolean;
}

export const logins = async (signal: AbortSignal) =>
  (await ask<{ items: readonly Login[] }>("/api/sessions?limit=100", { signal })).items;

export const endLogin = (key: string) =>
  ask<void>(`/api/sessions/${encodeURIComponent(key)}`, { method: "DELETE" });

export const changePassword = (old: string, password: string) =>
  ask<void>("/api/password", { body: { old, new: password } });

export const usePasswordLink = (token: string, password: string) =>
  ask<void>("/api/links/use", { body: { token, password } });
