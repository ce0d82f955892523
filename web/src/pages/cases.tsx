import { render } from "preact";
import { Shell } from "../panels/shell/shell";
import { tell } from "../text/work";
import "../style/base.css";

render(
  <Shell page="cases" title={tell("title")}>
    <h1>{tell("title")}</h1>
  </Shell>,
  document.body,
);
