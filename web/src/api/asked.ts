/** Gives up what is on its way: nothing of it is told any more. */
export type Stop = () => void;

/** Ask something; its answer or refusal is told unless it was given up before it came. */
export function asked<Answer>(
  question: (signal: AbortSignal) => Promise<Answer>,
  told: (answer: Answer) => void,
  refused: (error: unknown) => void = () => undefined,
): Stop {
  const turn = new AbortController();
  const unlessStopped =
    <Said>(tell: (said: Said) => void) =>
    (said: Said) => {
      if (!turn.signal.aborted) tell(said);
    };
  question(turn.signal).then(unlessStopped(told), unlessStopped(refused));
  return () => turn.abort();
}

/** Questions of which only the latest counts: each gives up the one before. */
export function latest(): typeof asked {
  let stop: Stop = () => undefined;
  return (question, told, refused) => {
    stop();
    stop = asked(question, told, refused);
    return stop;
  };
}
