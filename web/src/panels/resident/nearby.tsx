import { tellNearby } from "../../text/nearby";
import { district } from "../shell/district";
import { keepAsking } from "./answering";
import { Answers } from "./answers";
import { Forget } from "./forget";
import { HomeCellPanel } from "./home_cell";
import { Kinds } from "./kinds";
import { Pace } from "./pace";
import { Share } from "./share";

keepAsking();

/** What is shown once somebody has said where they are. */
export default function Nearby() {
  return (
    <>
      <HomeCellPanel />
      {district.value?.nearest ? (
        <>
          <Pace />
          <Kinds />
          <Answers />
          <Share />
        </>
      ) : (
        <p class="problem">{tellNearby("no_services")}</p>
      )}
      <Forget />
    </>
  );
}
