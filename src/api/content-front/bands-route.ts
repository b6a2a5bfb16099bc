import { z } from 'zod';
import { EVIDENCE_NOTE, MODEL_VERSION, SCORE_BANDS } from '../../contract/page-score.ts';
import type { App } from '../fastify-types.ts';
import { contentErrorSchema } from './content-errors.ts';

const bandsSchema = z
  .strictObject({
    model_version: z.string(),
    bands: z.array(
      z.strictObject({ band: z.string(), from: z.number().describe('The lowest score of this band.') }),
    ),
    evidence_note: z.string(),
  })
  .meta({ id: 'ScoreBands' });

/** `GET …/bands`: which score has which name; ours, since the vendor publishes only examples. */
export function bandsRoute(app: App, base: string): void {
  app.get(
    `${base}/bands`,
    {
      schema: {
        tags: ['Content intelligence'],
        summary: 'Which score has which band',
        response: { 200: bandsSchema, '4xx': contentErrorSchema, '5xx': contentErrorSchema },
      },
    },
    async () => ({
      model_version: MODEL_VERSION,
      bands: SCORE_BANDS.map(({ band, from }) => ({ band, from })),
      evidence_note: EVIDENCE_NOTE,
    }),
  );
}
