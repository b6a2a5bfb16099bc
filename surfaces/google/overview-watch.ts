import type { AnswerWatch, Selector } from '../../src/contract/surface.ts';
