import { type Messages, speaker } from "../language";

const messages = {
  zh: {
    kind: "设施",
    walker: "谁在走",
    gaps: "覆盖率着色",
    minutes: "走多久",
    by_norm: "按标准",
    n_minutes: "{n} 分钟",
    circles_of: "{n} 分钟生活圈",
    home: "这栋楼走得到吗",
    home_met: "这栋楼：{all} 类服务里 {n} 类走得到",
    home_unmet: "；走不到：{kinds}",
    home_hint: "指着一栋楼（或点一下），看各类需要走多久、怎么走。",
    met: "走得到",
    unmet: "走不到",
    walk: "{n} 分钟 · {name}",
    nothing_near: "附近没有",
    none: "这个方案还没有设施和步行路网。",
    share0: "不到四成走得到",
    share40: "四成到七成",
    share70: "七成到九成",
    share90: "九成以上",
  },
  en: {
    kind: "Facility",
    walker: "Who walks",
    gaps: "Colour by covered share",
    minutes: "How long",
    by_norm: "as the norm says",
    n_minutes: "{n} minutes",
    circles_of: "{n}-minute circles",
    home: "What this building reaches",
    home_met: "This building reaches {n} of {all} kinds of services",
    home_unmet: "; not: {kinds}",
    home_hint:
      "Point at a building, or tap it: which needs are met, how long the way is and where it goes.",
    met: "met",
    unmet: "not met",
    walk: "{n} min · {name}",
    nothing_near: "none near by",
    none: "This plan has no facilities and no walk network yet.",
    share0: "under 40 % reach it",
    share40: "40 to 70 %",
    share70: "70 to 90 %",
    share90: "over 90 %",
  },
} satisfies Messages<string>;

/** The words about services and who reaches them. */
export const say = speaker<keyof typeof messages.zh>(messages);
