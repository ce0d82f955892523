import { textOf } from "./language";

export const zh = {
  skip: "跳到正文",
  brand: "一张网",
  pages: "各个页面",
  residents: "居民",
  office: "街道",
  plan: "规划",
  login: "登录",
  language: "English",
  elder: "长辈版",
  elder_off: "标准版",
  size: "字的大小",
  larger: "字大些",
  smaller: "字小些",
  synthetic: "示意数据：人口与界线为虚构，仅供演示",
  waiting: "请稍候…",
  down: "连不上服务，请稍后再试。",
  again: "再试一次",
};
export type ShellKey = keyof typeof zh;

/** A message of what stands around every page. */
export const say = textOf(zh, () => import("./shell_en"));
