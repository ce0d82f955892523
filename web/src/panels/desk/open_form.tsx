import { useSignal } from "@preact/signals";
import { newId, openCase, type Register, sendReport } from "../../api/cases";
import { tell } from "../../text/cases";
import { flowName, flowsOf } from "../cases/flows";
import { ReportForm } from "../cases/report_form";
import { Choose } from "./choose";
import { type Field, FieldsForm } from "./fields";
import { CLASSES, className } from "./kinds";
import { communityField } from "./state";

const ADMITTED = ["task", "layer"] as const;

/** What begins a case: an issue or a dispute, a project, what a department asks for. */
export function OpenForm({
  register,
  opened,
}: {
  register: Register;
  opened: (id: string) => void;
}) {
  if (register === "issues") return <IssueForm opened={opened} />;
  const title = tell(register === "projects" ? "new_project" : "new_admission");
  return (
    <FieldsForm
      title={title}
      fields={register === "projects" ? projectFields() : admissionFields()}
      send={async ({ department = "", ...values }) => {
        const details = department ? { details: { department } } : {};
        const made = await openCase(register, { case_id: newId(), ...values, ...details });
        opened(made.case_id);
      }}
    />
  );
}

function projectFields(): Field[] {
  return [
    { name: "title", label: tell("name") },
    { name: "kind", label: tell("class"), choices: CLASSES.map((one) => [one, className(one)]) },
    communityField(),
    { name: "text", label: tell("words"), optional: true },
  ];
}

function admissionFields(): Field[] {
  return [
    { name: "title", label: tell("name") },
    { name: "kind", label: tell("class"), choices: ADMITTED.map((one) => [one, tell(one)]) },
    { name: "department", label: tell("department") },
    { name: "text", label: tell("reason") },
  ];
}

function IssueForm({ opened }: { opened: (id: string) => void }) {
  const flow = useSignal("grid_issue");
  return (
    <details class="screen">
      <summary>{tell("new_issue")}</summary>
      <Choose
        label={tell("flow")}
        value={flow.value}
        choices={flowsOf("issues").map((one) => [one.flow, flowName(one.flow)])}
        choose={(value) => {
          flow.value = value;
        }}
      />
      <ReportForm
        flow={flow.value}
        followed={false}
        send={async (report) => {
          await sendReport(report);
          opened(report.issue_id);
          return "sent";
        }}
      />
    </details>
  );
}
