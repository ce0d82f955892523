import { language } from "../language";

const NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  politics_law: { zh: "政法", en: "Politics and law" },
  emergency: { zh: "应急", en: "Emergency" },
  urban_management: { zh: "城管", en: "Urban management" },
  ecology: { zh: "生态环境", en: "Ecology" },
};

/** The departments that we know. */
export const departments = Object.keys(NAMES);

/** The name of a department; one that we do not know is called as its file calls it. */
export function departmentName(name: string): string {
  return NAMES[name]?.[language.value] ?? name;
}
