/** Changes of the core that survive, and why that is in order. Each must still be one: see `report.test.ts`. */
import type { Accounted } from './report.ts';

export const accounted: readonly Accounted[] = [];
