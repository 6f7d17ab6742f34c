/** How a question is known again when a run is repeated. */
import { createHash } from 'node:crypto';

/** Of the same question asked twice, each is another one. */
export const questionHash = (ordinal: number, question: string): string =>
  createHash('sha256').update(`${ordinal} ${question}`).digest('base64url');
