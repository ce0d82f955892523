import { render } from "preact";
import "../style/base.css";
import { followKeys } from "../draw/keys";
import { startBench } from "../draw/open";
import { Workbench } from "../panels/plan/workbench";

render(<Workbench />, document.body);
startBench();
followKeys(window);
