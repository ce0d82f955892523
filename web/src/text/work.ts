import { textOf } from "./language";

export const zh = {
  title: "网格员",
  hello: "{name}：{cells} 个网格，待办 {count} 件",
  shown: "按步行路线排好最急的 {count} 件。",
  offline: "没有网络：显示的是 {time} 的待办，新记的会自动提交。",
  waiting: "{count} 条待提交",
  sync: "现在提交",
  syncing: "正在提交…",
  refused: "没有被接受：{what}",
  drop: "删掉这条",
  report: "上报问题",
  close: "收起",
  todo: "待办",
  none: "现在没有待办。",
  again: "重新排路线",
  from_here: "从我这里排路线",
  on_map: "看地图",
  map: "路线图",
  walk: "再走约 {minutes} 分钟",
  beside: "就在旁边",
  air: "直线估算",
  due: "期限 {time}",
  late: "已超期",
  kept: "已记下，等待提交。",
  similar: "附近已有同类问题，也许是同一件：",
  similar_one: "{words}（{metres} 米，{state}）",
  meetings: "本期要做的",
  all_meetings: "全部 {count} 项",
  meeting: "{name}：{label}，{due} 前",
  photo: "照片",
  more: "流程记录",
  who: "上报时间 {time}",
  login: "请先登录",
  to_login: "去登录",
  no_role: "这个账号不处理网格事项。",
  failed: "连不上服务，这台手机上也没有存过待办。",
};
export type WorkKey = keyof typeof zh;

/** A message of the grid worker's page. */
export const tell = textOf(zh, () => import("./work_en"));
