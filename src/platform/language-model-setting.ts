import { FleetError } from '../contract/errors.ts';
import type { Environment } from './environment-schema.ts';

/** A language model behind an OpenAI-compatible `…/chat/completions`. */
export interface LanguageModelSetting {
  /** Without a slash at its end. */
  baseUrl: string;
  model: string;
  /** Undefined: the server asks for none. */
  apiKey: string | undefined;
}

/** The model that may write texts; undefined: none, as by default. Throws CONFIG_INVALID for half a setting. */
export function languageModelSetting({
  ANALYSIS_LLM_BASE_URL: baseUrl,
  ANALYSIS_LLM_MODEL: model,
  ANALYSIS_LLM_API_KEY: apiKey,
}: Environment): LanguageModelSetting | undefined {
  if (baseUrl === undefined && model === undefined && apiKey === undefined) return undefined;
  if (baseUrl === undefined || model === undefined) {
    const missing = baseUrl === undefined ? 'ANALYSIS_LLM_BASE_URL' : 'ANALYSIS_LLM_MODEL';
    throw new FleetError('CONFIG_INVALID', `a language model is configured, but ${missing} is not set`, {
      fix: 'set ANALYSIS_LLM_BASE_URL and ANALYSIS_LLM_MODEL together, or no ANALYSIS_LLM_… at all',
    });
  }
  return { baseUrl: baseUrl.replace(/\/+$/, ''), model, apiKey };
}
