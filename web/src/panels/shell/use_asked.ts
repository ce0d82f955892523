import { useEffect, useState } from "preact/hooks";
import { asked } from "../../api/asked";

/** Ask when a panel opens, when `on` changes, and again by what is given back; the last counts. */
export function useAsked<Answer>(
  question: (signal: AbortSignal) => Promise<Answer>,
  told: (answer: Answer) => void,
  on: readonly unknown[] = [],
): () => void {
  const [turn, setTurn] = useState(0);
  useEffect(() => asked(question, told), [...on, turn]);
  return () => setTurn((before) => before + 1);
}
