import { type Messages, speaker } from "../language";

const messages = {
  zh: {
    EDIT_LINE_NOT_CROSSING: "这条线没有把网格切成两块",
    EDIT_NOT_ADJACENT: "它们不相邻",
    EDIT_OTHER_COMMUNITY: "会越过社区界线；要一起移动社区界，请勾选“社区、街道边界随动”",
    EDIT_UNKNOWN_ID: "没有这个网格或单元",
    EDIT_NO_VERTEX: "这里没有节点或边界",
    EDIT_OVERLAP: "边界会相交或重叠",
    EDIT_MULTIPART: "网格会断成几块",
    EDIT_DUPLICATE_ID: "编码已经用过",
    EDIT_LOCKED: "网格已锁定",
    EDIT_RESOLVED: "这处冲突已经处理",
    EDIT_STALE: "别人已经改动过这里",
    EDIT_SYNTAX: "这一步看不懂",
    OTHER_AREA: "不在您负责的范围里",
  },
  en: {
    EDIT_LINE_NOT_CROSSING: "the line does not cut the cell in two",
    EDIT_NOT_ADJACENT: "they are no neighbours",
    EDIT_OTHER_COMMUNITY:
      "it would cross the border of a community; tick “Carry borders … along” to move that too",
    EDIT_UNKNOWN_ID: "there is no such cell or unit",
    EDIT_NO_VERTEX: "there is no vertex or border here",
    EDIT_OVERLAP: "borders would cross",
    EDIT_MULTIPART: "a cell would fall apart",
    EDIT_DUPLICATE_ID: "the code was used before",
    EDIT_LOCKED: "the cell is locked",
    EDIT_RESOLVED: "this conflict is settled",
    EDIT_STALE: "somebody has changed it since",
    EDIT_SYNTAX: "this step is not understood",
    OTHER_AREA: "it is not in your area",
  },
} satisfies Messages<string>;

/** Why an edit cannot be, by its code. */
export const say = speaker<keyof typeof messages.zh>(messages);

/** The same for a code that may be of something else; null then. */
export function refusalText(code: string): string | null {
  return code in messages.zh ? say(code as keyof typeof messages.zh) : null;
}
