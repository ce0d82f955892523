/** Steps of the grid in a metre: vertices lie on whole millimetres. */
export const STEPS = 1000;

/** The numbers of the standards that edits obey; a test compares them with the standards' table. */
export const RULES = {
  vertex_snap_m: 0.01,
  edit_reach_m: 5,
  edit_piece_min_m2: 1,
  edit_crumb_m2: 20,
  sliver_width_m: 3,
  cell_households_min: 300,
  cell_households_max: 500,
} as const;

/** How near in steps a place means a vertex. */
export const SNAP_STEPS = RULES.vertex_snap_m * STEPS;
/** The smallest piece in square steps that a line may cut off. */
export const PIECE_STEPS2 = RULES.edit_piece_min_m2 * STEPS * STEPS;
