/** What a refused request says, as every route of the service answers it. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly unknown[],
    readonly answer: unknown,
  ) {
    super(message);
  }
}

let csrf = "";

/** Send this token with every write from now on; `/api/session` gives it. */
export function useToken(token: string): void {
  csrf = token;
}

/** Ask the service, and give its JSON answer; nothing for an answer without content. */
export async function ask<Answer>(
  path: string,
  options: { method?: string; body?: unknown; file?: Blob; signal?: AbortSignal | undefined } = {},
): Promise<Answer> {
  const { body, file, signal } = options;
  const { method = body === undefined && file === undefined ? "GET" : "POST" } = options;
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (method !== "GET" && csrf) headers.set("X-CSRF-Token", csrf);
  const response = await fetch(path, {
    method,
    headers,
    body: file ?? (body === undefined ? null : JSON.stringify(body)),
    signal: signal ?? null,
  });
  const text = await response.text();
  const answer = text === "" ? undefined : JSON.parse(text);
  if (!response.ok) {
    throw new ServiceError(
      response.status,
      answer?.code ?? "HTTP",
      answer?.message ?? response.statusText,
      answer?.details ?? [],
      answer,
    );
  }
  return answer as Answer;
}
