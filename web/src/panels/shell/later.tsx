import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { say } from "../../text/shell";

/** A panel whose script is loaded when it is first shown. */
export function Later<Props extends object>(props: {
  load: () => Promise<{ readonly default: ComponentType<Props> }>;
  with: Props;
}) {
  const [panel, setPanel] = useState<{ shown: ComponentType<Props> } | "failed" | null>(null);
  useEffect(() => {
    props.load().then(
      (module) => setPanel({ shown: module.default }),
      () => setPanel("failed"),
    );
  }, []);
  if (panel === null) return <p role="status">{say("waiting")}</p>;
  if (panel === "failed") return <p role="alert">{say("down")}</p>;
  const Shown = panel.shown;
  return <Shown {...props.with} />;
}
