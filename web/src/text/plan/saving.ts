import { type Messages, speaker } from "../language";

const messages = {
  zh: {
    save: "保存（{n}）",
    nothing: "没有未保存的改动",
    kept: "草稿已自动保存",
    waiting: "正在保存草稿…",
    failed: "草稿没有存上",
    stale: "有人先保存了",
    stale_text: "您从第{mine}版开始改动，现在已是第{theirs}版。",
    by: "{author} 于 {at} 保存：{ops}",
    fits: "您的 {n} 处改动可以一并保存",
    clashes: "{n} 处改动与对方冲突，请逐条选用谁的：",
    use_mine: "用我的",
    use_theirs: "用对方的",
    look: "看位置",
    merge: "合并两边",
    theirs: "用对方的，放弃我的",
    mine: "用我的，覆盖对方的",
    mine_note: "对方的改动仍留在版本历史中。",
    later: "先不保存",
    left: "有 {n} 处未保存的改动与现在的方案对不上，没有恢复：",
  },
  en: {
    save: "Save ({n})",
    nothing: "nothing is unsaved",
    kept: "draft kept",
    waiting: "keeping the draft…",
    failed: "the draft was not kept",
    stale: "Somebody saved before you",
    stale_text: "You drew on revision {mine}; it is revision {theirs} now.",
    by: "{author} saved at {at}: {ops}",
    fits: "{n} of your edits go together with it",
    clashes: "{n} of your edits clash; choose whose stands, one by one:",
    use_mine: "mine",
    use_theirs: "theirs",
    look: "Show where",
    merge: "Merge both",
    theirs: "Take theirs, drop mine",
    mine: "Keep mine, over theirs",
    mine_note: "What they saved stays in the history.",
    later: "Not now",
    left: "{n} of your unsaved edits no longer fit the plan and were not restored:",
  },
} satisfies Messages<string>;

/** The words about saving. */
export const say = speaker<keyof typeof messages.zh>(messages);
