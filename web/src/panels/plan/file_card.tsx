import type { Upload } from "../../api/jobs";
import { drop, ROLES, type Role, type Use, useAs, uses } from "../../draw/jobs";
import { departmentName, standards } from "../../draw/standards";
import { say } from "../../text/plan/jobs";

interface Finding {
  readonly code: string;
  readonly count: number;
  readonly remedy: string;
}

interface Layer {
  readonly name: string;
  readonly features: number;
}

const NOBODY: Use = { role: "none", department: "" };

/** A file that was sent: what is in it, what the doctor found, and what it is used as. */
export function FileCard({ file }: { file: Upload }) {
  const { upload_id, file: name, preview } = file;
  const use = uses.value[upload_id] ?? NOBODY;
  const findings = (preview.findings ?? []) as Finding[];
  const layers = (preview.layers ?? []) as Layer[];
  const features = layers.reduce((sum, layer) => sum + (layer.features ?? 0), 0);
  return (
    <article class="file">
      <strong>{name}</strong> <small>{say("features", { n: features })}</small>
      <details>
        <summary>
          {findings.length === 0 ? say("sound") : say("found", { n: findings.length })}
        </summary>
        <ul>
          {findings.map(({ code, count, remedy }) => (
            <li key={code}>
              {code} × {count} <small>{remedy}</small>
            </li>
          ))}
        </ul>
      </details>
      <div class="row">
        <select
          aria-label={`${say("role")} ${name}`}
          value={use.role}
          onChange={(event) =>
            useAs(upload_id, { ...use, role: event.currentTarget.value as Role })
          }
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {say(`role_${role}`)}
            </option>
          ))}
        </select>
        {use.role === "department" && (
          <select
            aria-label={`${say("department")} ${name}`}
            value={use.department}
            onChange={(event) =>
              useAs(upload_id, { ...use, department: event.currentTarget.value })
            }
          >
            <option value="">{name.replace(/\..*$/, "")}</option>
            {standards.value.departments.map(({ name: one }) => (
              <option key={one} value={one}>
                {departmentName(one)}
              </option>
            ))}
          </select>
        )}
        <button type="button" class="quiet" onClick={() => drop(upload_id)}>
          {say("drop")}
        </button>
      </div>
    </article>
  );
}
