import { asked, type Stop } from "../api/asked";

/** Questions about one thing, of which the latest counts; one may wait until it is settled. */
export interface Asking {
  /** Ask in place of what was asked before. What has the key of the latest is not asked again. */
  readonly ask: <Answer>(
    question: (signal: AbortSignal) => Promise<Answer>,
    tell: (answer: Answer) => void,
    key?: string,
  ) => Promise<void>;
  /** Give up what is asked: nothing of it is told. */
  readonly forget: Stop;
}

/** Begin to ask about one thing; a question that fails may be asked again. */
export function asking(): Asking {
  let [known, stop] = [undefined as string | undefined, (() => {}) as Stop];
  const forget = () => {
    stop();
    known = undefined;
  };
  const ask: Asking["ask"] = async (question, tell, key) => {
    if (key !== undefined && key === known) return;
    forget();
    known = key;
    await new Promise<void>((resolve, reject) => {
      const giveUp = asked(
        question,
        (answer) => {
          try {
            resolve(tell(answer));
          } catch (error) {
            reject(error);
          }
        },
        (error) => {
          known = undefined;
          reject(error);
        },
      );
      stop = () => {
        giveUp();
        resolve();
      };
    });
  };
  return { ask, forget };
}
