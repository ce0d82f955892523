import { chordsOf } from "./chords";
import type { Draft } from "./draft";
import { halves } from "./halves";
import { away } from "./lines";
import { longAxis } from "./longAxis";
import { outline } from "./outline";
import type { AtomId, Ring } from "./partition";
import { onGrid, type Point } from "./point";
import { isRefusal } from "./regroup";
import { placeInArea } from "./ring";
import { STEPS } from "./rules";
import { type Sample, samplesOf } from "./samples";

const ANGLES = 6; // directions tried, the long axis first
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]; // where a part is cut off, such as one leg of an L
const UNBALANCED = 0.05; // a share missed by more is worth trying other cuts
const CLOSE = 0.02; // shares missed by less are as good as each other: the shorter cut is better
const OVERSHOOT = 5; // steps that a cut ends behind the border it meets
const NOISE = 1e-9; // of sums

interface Candidate {
  readonly error: number;
  readonly length: number;
  readonly line: readonly Point[];
}

/** The straight cut whose left side comes closest to a share of the households of some atoms. */
export function balancedLine(
  draft: Draft,
  ids: readonly AtomId[],
  share: number,
): readonly Point[] | null {
  const atoms = ids.flatMap((id) => draft.atoms.get(id) ?? []);
  const rings = outline(atoms, draft.placeOf);
  const samples = samplesOf(draft, atoms);
  const axis = longAxis((rings[0] ?? []).map(draft.placeOf));
  const axes = Array.from({ length: ANGLES }, (_, i) => {
    const angle = Math.atan2(axis[1], axis[0]) + (Math.PI * i) / ANGLES;
    return [Math.cos(angle), Math.sin(angle)] as const;
  });
  const found = axes.flatMap((one) => straight(draft, rings, samples, one, share));
  if (found.length === 0 || Math.min(...found.map(({ error }) => error)) > UNBALANCED) {
    const some = axes.filter((_, i) => i % 2 === 0);
    found.push(...some.flatMap((one) => partial(draft, ids, rings, samples, one, share)));
  }
  found.sort((a, b) => a.error - b.error || a.length - b.length);
  return found[0]?.line ?? null;
}

/** The cut right across at the share along an axis, if it makes two pieces. */
function straight(
  draft: Draft,
  rings: readonly Ring[],
  samples: readonly Sample[],
  axis: readonly [number, number],
  share: number,
): Candidate[] {
  const ordered = samples.map(({ place, weight }) => ({ at: along(place, axis), weight }));
  ordered.sort((a, b) => a.at - b.at);
  const total = ordered.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  const running = ordered.map(({ weight }) => (sum += weight));
  const last = ordered[running.findIndex((value) => value >= total * share - NOISE * total)];
  const beyond = ordered.findIndex(({ at }) => last !== undefined && at > last.at);
  const next = ordered[beyond];
  if (last === undefined || next === undefined) return [];
  const error = Math.abs((running[beyond - 1] ?? 0) / total - share);
  const chords = across(draft, rings, axis, (last.at + next.at) / 2);
  return chords.length === 1 ? chords.map((line) => candidate(error, line)) : [];
}

/** Cuts across a part of the ground, turned to have their share on the left. */
function partial(
  draft: Draft,
  ids: readonly AtomId[],
  rings: readonly Ring[],
  samples: readonly Sample[],
  axis: readonly [number, number],
  share: number,
): Candidate[] {
  const reach = rings.flat().map((id) => along(draft.placeOf(id), axis));
  const [low, high] = [Math.min(...reach), Math.max(...reach)];
  const lines = SHARES.flatMap((part) => across(draft, rings, axis, low + part * (high - low)));
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  return lines.flatMap((line) => {
    const trial = draft.copy();
    const cut = halves(trial, ids, line, "");
    if (isRefusal(cut)) return [];
    const left = cut.left.map((id) =>
      (trial.atoms.get(id)?.rings ?? []).map((ring) => ring.map(trial.placeOf)),
    );
    const inLeft = samples.filter(({ place }) =>
      left.some((area) => placeInArea(area, place) === 1),
    );
    const part = inLeft.reduce((sum, { weight }) => sum + weight, 0) / total;
    const [here, there] = [Math.abs(part - share), Math.abs(1 - part - share)];
    return [here <= there ? candidate(here, line) : candidate(there, line.toReversed())];
  });
}

/** The pieces inside ground of a line across an axis, each a little longer than that. */
function across(
  draft: Draft,
  rings: readonly Ring[],
  [x, y]: readonly [number, number],
  offset: number,
): Point[][] {
  const reach = rings.flat().map((id) => along(draft.placeOf(id), [-y, x]));
  const at = (far: number): Point => onGrid([x * offset - y * far, y * offset + x * far]);
  const line = [at(Math.min(...reach) - 1000), at(Math.max(...reach) + 1000)];
  return chordsOf(rings, draft.placeOf, line).flatMap(([a, b]) => {
    const length = a === undefined || b === undefined ? 0 : away(a, b);
    if (a === undefined || b === undefined || length <= OVERSHOOT) return [];
    const [dx, dy] = [((b[0] - a[0]) / length) * OVERSHOOT, ((b[1] - a[1]) / length) * OVERSHOOT];
    return [[onGrid([a[0] - dx, a[1] - dy]), onGrid([b[0] + dx, b[1] + dy])]];
  });
}

function along(place: Point, axis: readonly [number, number]): number {
  return place[0] * axis[0] + place[1] * axis[1];
}

function candidate(error: number, line: readonly Point[]): Candidate {
  const graded = Math.max(0, Math.round((error - CLOSE) * 100) / 100);
  const [a = [0, 0], b = [0, 0]] = line;
  // in metres, as the server measures: what rounding leaves decides between cuts as good as each other
  const [dx, dy] = [b[0] / STEPS - a[0] / STEPS, b[1] / STEPS - a[1] / STEPS];
  return { error: graded, length: Math.sqrt(dx * dx + dy * dy), line };
}
