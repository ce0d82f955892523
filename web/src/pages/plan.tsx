import { render } from "preact";
import "../style/base.css";

render(<h1>网格规划</h1>, document.body);
