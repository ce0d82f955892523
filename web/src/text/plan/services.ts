import { language, type Messages, speaker } from "../language";

const messages = {
  zh: {
    kind: "设施",
    walker: "谁在走",
    gaps: "覆盖率着色",
    circles: "15 分钟生活圈",
    hint: "在地图上拖动一个设施，看谁新走得到、谁走不到了。不会保存。",
    reset: "放回原处",
    result: "移动后（{minutes} 分钟）",
    people: "居民",
    elders: "60岁以上",
    gained: "新覆盖",
    lost: "失去",
    after: "覆盖合计",
    hidden: "不公开",
    inexact: "人数按公开口径取整。",
    waiting: "正在计算…",
    none: "这个方案还没有设施和步行路网。",
    moved: "已移动 {n} 处",
    share0: "不到四成走得到",
    share40: "四成到七成",
    share70: "七成到九成",
    share90: "九成以上",
  },
  en: {
    kind: "Facility",
    walker: "Who walks",
    gaps: "Colour by covered share",
    circles: "15-minute circles",
    hint: "Drag a facility on the map: who gains it and who loses it is told at once. Nothing is saved.",
    reset: "Put it back",
    result: "After the move ({minutes} minutes)",
    people: "Residents",
    elders: "Aged 60 and over",
    gained: "gain",
    lost: "lose",
    after: "covered",
    hidden: "not shown",
    inexact: "Counts are rounded as published.",
    waiting: "Counting…",
    none: "This plan has no facilities and no walk network yet.",
    moved: "{n} moved",
    share0: "under 40 % reach it",
    share40: "40 to 70 %",
    share70: "70 to 90 %",
    share90: "over 90 %",
  },
} satisfies Messages<string>;

/** The words about services and who reaches them. */
export const say = speaker<keyof typeof messages.zh>(messages);

const KINDS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  elder_care_center: { zh: "居家养老服务中心", en: "Elder care centre" },
  day_care_station: { zh: "日间照料站", en: "Day care station" },
  elder_canteen: { zh: "老年食堂", en: "Elder canteen" },
  community_service_station: { zh: "社区综合服务站", en: "Community service station" },
  clinic: { zh: "社区卫生服务中心", en: "Clinic" },
  health_station: { zh: "社区卫生服务站", en: "Health station" },
  pharmacy: { zh: "药店", en: "Pharmacy" },
};
/** The kinds of facilities that planners move. */
export const kinds = Object.keys(KINDS);

/** The name of a kind of facility. */
export function kindName(kind: string): string {
  return KINDS[kind]?.[language.value] ?? kind;
}
