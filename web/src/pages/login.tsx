import { render } from "preact";
import "../style/base.css";

render(<h1>登录</h1>, document.body);
