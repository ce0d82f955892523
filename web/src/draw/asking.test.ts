import { expect, test } from "vitest";
import { asking } from "./asking";

/** A question whose answer comes when it is told to. */
function slow() {
  let [give, fail] = [(_: string) => {}, (_: Error) => {}];
  const answer = new Promise<string>((resolve, reject) => {
    [give, fail] = [resolve, reject];
  });
  return { question: () => answer, give, fail };
}

test("an answer that comes after that to a later question is not told", async () => {
  const { ask } = asking();
  const [first, second, told] = [slow(), slow(), [] as string[]];
  const tell = (answer: string) => told.push(answer);
  const both = [ask(first.question, tell), ask(second.question, tell)];
  second.give("second");
  first.give("first");
  await Promise.all(both);
  expect(told).toEqual(["second"]);
});

test("the question before is broken off, and that it fails is nobody's trouble", async () => {
  const { ask, forget } = asking();
  const signals: AbortSignal[] = [];
  const first = slow();
  const broken = ask(
    (signal) => {
      signals.push(signal);
      return first.question();
    },
    () => expect.unreachable(),
  );
  forget();
  expect(signals[0]?.aborted).toBe(true);
  first.fail(new Error("broken off"));
  await broken;
});

test("one question is not asked twice, unless it failed or was forgotten", async () => {
  const { ask, forget } = asking();
  const told: string[] = [];
  let asked = 0;
  const again = (outcome = Promise.resolve("here")) =>
    ask(
      () => {
        asked++;
        return outcome;
      },
      (answer) => told.push(answer),
      "key",
    );
  await expect(again(Promise.reject(new Error("away")))).rejects.toThrow("away");
  await Promise.all([again(), again()]);
  await again();
  expect([asked, told]).toEqual([2, ["here"]]);
  forget();
  await again();
  expect(asked).toBe(3);
});
