import fc from "fast-check";
import { expect, test } from "vitest";
import { asked, latest } from "./asked";

/** Something on its way, which the test lets come or fail when it wants. */
function onItsWay<Answer>() {
  let [come, fail]: [(answer: Answer) => void, (error: unknown) => void] = [() => {}, () => {}];
  const answer = new Promise<Answer>((resolve, reject) => {
    [come, fail] = [resolve, reject];
  });
  return { answer, come, fail };
}

const settled = () => new Promise((done) => setTimeout(done));

test("an answer is told, and a refusal", async () => {
  const told: unknown[] = [];
  asked(async () => 1, told.push.bind(told));
  asked(
    async () => {
      throw new Error("no");
    },
    () => told.push("answer"),
    (error) => told.push((error as Error).message),
  );
  await settled();
  expect(told).toEqual([1, "no"]);
});

test("what is given up is aborted and tells nothing, neither answer nor refusal", async () => {
  const [here, gone] = [onItsWay<number>(), onItsWay<number>()];
  const told: unknown[] = [];
  const signals: AbortSignal[] = [];
  for (const one of [here, gone]) {
    const ask = (signal: AbortSignal) => {
      signals.push(signal);
      return one.answer;
    };
    asked(
      ask,
      (answer) => told.push(answer),
      (error) => told.push(error),
    )();
  }
  here.come(1);
  gone.fail(new Error("404"));
  await settled();
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(told).toEqual([]);
});

test("in whatever order answers come, only that of the latest question is told", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 1, max: 6 })
        .chain((n) =>
          fc.tuple(
            fc.shuffledSubarray([...Array(n).keys()], { minLength: n }),
            fc.array(fc.boolean(), { minLength: n, maxLength: n }),
          ),
        ),
      async ([order, fine]) => {
        const questions = order.map(() => onItsWay<number>());
        const ask = latest();
        const told: (number | string)[] = [];
        for (const { answer } of questions) {
          ask(
            () => answer,
            (value) => told.push(value),
            () => told.push("refused"),
          );
        }
        for (const i of order) fine[i] ? questions[i]?.come(i) : questions[i]?.fail(new Error());
        await settled();
        const last = order.length - 1;
        expect(told).toEqual([fine[last] ? last : "refused"]);
      },
    ),
    { numRuns: 60 },
  );
});
