import { type CasesKey, tell } from "../../text/cases";

/** What is needed or offered; other words may be used too. */
export const KINDS = [
  ...(["meal", "care", "repair", "company"] as const),
  ...(["space", "medical", "legal", "other"] as const),
];

export const kindName = (kind: string) =>
  (KINDS as readonly string[]).includes(kind) ? tell(`kind_${kind}` as CasesKey) : kind;

/** Classes of projects. */
export const CLASSES = [
  ...(["renovation", "elder_care", "greening"] as const),
  ...(["safety", "culture", "other"] as const),
];

export const className = (name: string) =>
  (CLASSES as readonly string[]).includes(name) ? tell(name as CasesKey) : name;
