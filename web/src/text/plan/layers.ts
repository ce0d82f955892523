import { type Messages, speaker } from "../language";

const messages = {
  zh: {
    band: "规模（户数）",
    community: "社区",
    changed: "本次改动",
    kept: "与原网格一致的程度",
    under: "低于规模",
    in: "规模适中",
    over: "超出规模",
    unknown: "无数据",
    same: "未改动",
    kept0: "不到一半的户留在原网格",
    kept50: "一半到八成",
    kept80: "八成到九成五",
    kept95: "九成五以上",
    base: "底图",
    departments: "部门网格",
    opacity: "不透明度",
    names: "网格名称",
    borders: "社区与街道界",
    conflicts: "边界冲突",
  },
  en: {
    band: "Size (households)",
    community: "Community",
    changed: "Changed now",
    kept: "Kept from the old grid",
    under: "Too small",
    in: "Right size",
    over: "Too large",
    unknown: "no figure",
    same: "unchanged",
    kept0: "under half of the households stay",
    kept50: "half to 80 %",
    kept80: "80 to 95 %",
    kept95: "over 95 %",
    base: "Base map",
    departments: "Department grids",
    opacity: "Opacity",
    names: "Names of cells",
    borders: "Community and subdistrict borders",
    conflicts: "Conflicting borders",
  },
} satisfies Messages<string>;

/** The words about layers and their colours. */
export const say = speaker<keyof typeof messages.zh>(messages);
