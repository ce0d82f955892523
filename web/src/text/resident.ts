import { textOf } from "./language";

export const zh = {
  title: "找身边的服务",
  intro: "从您站的地方算起，按您的步子，走真实的路要几分钟。",
  where: "您在哪里？",
  locate: "用我的位置",
  locating: "正在获取位置…",
  locate_none: "没有得到位置。请搜索地点，或在地图上点。",
  search: "搜索小区、社区、道路或单位",
  search_hint: "输入名称的一部分",
  search_found: "找到 {count} 处，用上下键选择",
  search_nothing: "没有叫这个名字的地方",
  on_map: "在地图上点",
  on_map_close: "收起地图",
  on_map_help: "点一下您所在的位置",
  here: "您选的位置",
  compound: "小区",
  street: "道路",
  cell: "网格",
  community: "社区",
  subdistrict: "街道",
  facility: "服务点",
  report: "报告问题",
  privacy: "位置只用来算这一次，服务器不保存。断网时显示这台设备上最近几次的结果。",
  no_plan: "本区的网格方案还没有公布，请过些日子再来看。",
  failed: "连不上服务，请稍后再试。",
  offline: "现在断网了，这个结果这台设备上没有。",
  kept: "现在断网了，显示的是上次的结果。",
};
export type ResidentKey = keyof typeof zh;

/** A message of the residents' page. */
export const tell = textOf(zh, () => import("./resident_en"));
