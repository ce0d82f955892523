import { tellNearby } from "../../text/nearby";
import { chosenKind, found, kindName, refusal } from "./answering";
import { ServiceCard } from "./service_card";

/** The nearest services of the chosen kind, the nearest first. */
export function Answers() {
  if (!chosenKind.value || found.value.state === "none") return null;
  const name = kindName(chosenKind.value);
  const answer = found.value;
  const list = answer.state === "here" ? answer.value : [];
  return (
    <section aria-labelledby="answers" aria-busy={answer.state === "busy"}>
      <h2 id="answers" tabIndex={-1}>
        {tellNearby("answers", { kind: name })}
      </h2>
      <p role="status" class="quiet">
        {answer.state === "busy" && tellNearby("searching")}
        {answer.state === "here" &&
          tellNearby(list.length ? "found" : "none", { count: list.length, kind: name })}
        {refusal(answer)}
      </p>
      <ol class="answers">
        {list.map((one) => (
          <li key={one.facility_id}>
            <ServiceCard service={one} />
          </li>
        ))}
      </ol>
    </section>
  );
}
