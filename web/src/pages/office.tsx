import { render } from "preact";
import "../style/base.css";

render(<h1>街道工作台</h1>, document.body);
