import type { Change, Operation, Refusal } from "./change";
import { describe } from "./counts";
import { Draft } from "./draft";
import { insertVertex } from "./insert";
import { merge } from "./merge";
import { moveBorder } from "./move";
import { moveLine } from "./moveLine";
import { changeIn } from "./outcome";
import type { AtomId, ConflictId, FaceId, Partition } from "./partition";
import type { Point } from "./point";
import { prove } from "./prove";
import { reassign } from "./reassign";
import { resolve } from "./resolve";
import { STEPS } from "./rules";
import { split } from "./split";
import { splitK } from "./splitK";
import { lock, rename } from "./telling";
import { weld } from "./weld";

/** A place in metres of the plan's CRS, as edit files and HTTP carry it. */
export type Place = readonly [x: number, y: number];
type Line = readonly Place[];

/** Whether borders of communities may move, and carry these along. */
interface Parents {
  readonly with_parents?: boolean;
}

/** One edit as edit files and HTTP carry it. */
export type Edit = (
  | { op: "split"; cell_id: FaceId; line: Line; new_ids: readonly FaceId[] }
  | { op: "split_k"; cell_id: FaceId; k: number; new_ids: readonly FaceId[] }
  | { op: "merge"; cell_ids: readonly FaceId[]; new_id: FaceId }
  | ({ op: "move_border"; from: Place; to: Place } & Parents)
  | ({ op: "reassign"; atom_id: AtomId; cell_id: FaceId } & Parents)
  | { op: "rename"; cell_id: FaceId; name: string }
  | { op: "insert_vertex"; near: Place }
  | ({ op: "weld"; from: Place; to: Place } & Parents)
  | ({ op: "move_line"; from: Line; to: Line } & Parents)
  | { op: "lock"; cell_id: FaceId; locked: boolean }
  | {
      op: "resolve";
      conflict_id: ConflictId;
      choice: "accept" | "take" | "redraw";
      department?: string;
      line?: Line;
    }
) & { readonly note?: string };

const verbs: {
  [Op in Operation]: (draft: Draft, edit: Extract<Edit, { op: Op }>) => Refusal | null;
} = {
  split: (draft, e) => split(draft, e.cell_id, e.line.map(inSteps), e.new_ids),
  split_k: (draft, e) => splitK(draft, e.cell_id, e.k, e.new_ids),
  merge: (draft, e) => merge(draft, e.cell_ids, e.new_id),
  move_border: (draft, e) => moveBorder(draft, inSteps(e.from), inSteps(e.to)),
  reassign: (draft, e) => reassign(draft, e.atom_id, e.cell_id),
  rename: (draft, e) => rename(draft, e.cell_id, e.name),
  insert_vertex: (draft, e) => insertVertex(draft, inSteps(e.near)),
  weld: (draft, e) => weld(draft, inSteps(e.from), inSteps(e.to)),
  move_line: (draft, e) => moveLine(draft, e.from.map(inSteps), e.to.map(inSteps)),
  lock: (draft, e) => lock(draft, e.cell_id, e.locked),
  resolve: (draft, e) => resolve(draft, e.conflict_id, { ...e, line: e.line?.map(inSteps) }),
};

/** What an edit would change, or why it cannot be; the partition stays as it is. */
export function planEdit(partition: Partition, edit: Edit): Change | Refusal {
  const draft = new Draft(partition, "with_parents" in edit && edit.with_parents === true);
  const verb = verbs[edit.op] as (draft: Draft, edit: Edit) => Refusal | null;
  const refusal = verb(draft, edit) ?? prove(draft);
  if (refusal !== null) return refusal;
  describe(draft);
  return changeIn(draft, edit.op);
}

/** A place in metres as one in steps, not rounded. */
export function inSteps([x, y]: Place): Point {
  return [x * STEPS, y * STEPS];
}

/** A place in steps as one in metres. */
export function inMetres([x, y]: Point): Place {
  return [x / STEPS, y / STEPS];
}
