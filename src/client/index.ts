/** What a program that uses the API needs. No dependency but Node. */
export { type CallOptions, CaptureFleetClient, type WaitOptions } from './client.ts';
export { ApiRefusal, ConnectionFailed } from './errors.ts';
export type {
  Accepted,
  Analysis,
  AnalysisAccepted,
  AnalysisAsked,
  AnalysisPair,
  RegionAsked,
  SearchAsked,
  SearchResult,
} from './requests.ts';
export type { ClientOptions } from './transport.ts';
export {
  type VerifyOptions,
  verifyWebhook,
  type WebhookEvent,
  WebhookNotVerified,
} from './verify-webhook.ts';
