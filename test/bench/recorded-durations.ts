/**
 * Milliseconds that captures on the stage took, three per surface, two at once (headless shell, 2 cores, 2026-11-27):
 * their spread is real, their mean is that of the stage and is stretched by who uses them.
 */
export const RECORDED_MS: readonly number[] = [
  ...[2_499, 2_916, 2_728, 2_670, 6_111, 180, 1_977, 2_111, 3_125],
  ...[4_620, 2_739, 2_634, 2_569, 6_028, 159, 1_898, 2_128, 3_090],
  ...[4_611, 2_609, 2_604, 2_644, 6_054, 155, 1_933, 2_028, 3_114],
];
