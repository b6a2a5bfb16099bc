import { setImmediate as othersTurn } from 'node:timers/promises';
import type { CaptureRecord } from '../contract/capture-record.ts';
import type { EnvelopeBody } from '../contract/envelope.ts';
import type { Extraction } from '../contract/extraction.ts';
import type { Surface } from '../contract/surface.ts';
import { assemble } from '../extract/assemble.ts';

/**
 * A record read by its surface: the body of the Envelope. Pure, and total: an extractor that throws is a blind parser,
 * which is an outcome (`extraction_empty`) with the error as its warning, never a lost capture.
 */
export function readCapture(surface: Surface, record: CaptureRecord): EnvelopeBody {
  return assemble(record, extractSafely(surface, record));
}

/** As readCapture; between its two long steps, reading and assembling, the other captures of this process have a turn. */
export async function readCaptureInTurns(surface: Surface, record: CaptureRecord): Promise<EnvelopeBody> {
  const extraction = extractSafely(surface, record);
  await othersTurn();
  return assemble(record, extraction);
}

function extractSafely(surface: Surface, record: CaptureRecord): Extraction {
  try {
    return surface.extract(record);
  } catch (error) {
    return {
      outcome: 'extraction_empty',
      marks: ['extractor_threw'],
      warnings: [`extractor_threw: ${error instanceof Error ? error.message : String(error)}`],
      dom: null,
      transcript: null,
      neverShown: [],
      expected: ['answer'],
    };
  }
}
