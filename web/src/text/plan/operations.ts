import { language } from "../language";

const NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  split: { zh: "切分", en: "split" },
  split_k: { zh: "均分", en: "split in k" },
  merge: { zh: "合并", en: "merge" },
  move_border: { zh: "移动节点", en: "move vertex" },
  reassign: { zh: "划转单元", en: "reassign" },
  rename: { zh: "改名", en: "rename" },
  insert_vertex: { zh: "加节点", en: "insert vertex" },
  weld: { zh: "合并节点", en: "weld" },
  move_line: { zh: "移动边界", en: "move border" },
  lock: { zh: "锁定", en: "lock" },
  resolve: { zh: "处理冲突", en: "settle conflict" },
};

/** What an edit does, in a word. */
export function operationName(op: string): string {
  return NAMES[op]?.[language.value] ?? op;
}
