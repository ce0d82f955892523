import { render } from "preact";
import "../style/base.css";

render(<h1>找身边的服务</h1>, document.body);
