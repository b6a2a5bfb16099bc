import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { FleetError } from '../contract/errors.ts';

/** What a step under way may still say of itself. Names, ids and numbers only: no query, no answer, no URL. */
export interface Step {
  set(attributes: Attributes): void;
  /** Marks the step as failed without throwing; `code` is a word of ours. */
  fail(code: string): void;
}

export interface StepOptions {
  /**
   * A W3C traceparent (https://www.w3.org/TR/trace-context/, read 2026-11) that came by database or header. Absent:
   * the step belongs to the one under way here; null, or nothing of that form: it begins a trace.
   */
  parent?: string | null | undefined;
  /** `server`: asked over HTTP; `consumer`: taken from a queue; `client`: asks somebody. Default: inside this process. */
  kind?: 'internal' | 'server' | 'consumer' | 'client';
  attributes?: Attributes;
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
};

/**
 * Runs a step as a span: under `parent` or under the step around it, failed with the error's code when it throws. The
 * one door to OpenTelemetry: while no SDK is started (trace-export.ts) it only calls `work`.
 */
export function traced<T>(name: string, options: StepOptions, work: (step: Step) => Promise<T>): Promise<T> {
  const { parent, kind = 'internal', attributes = {} } = options;
  const tracer = trace.getTracer('capture-fleet');
  const given = { kind: KINDS[kind], attributes };
  return tracer.startActiveSpan(name, given, contextOf(parent), async (span) => {
    const fail = (code: string): void => {
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    };
    try {
      return await work({ set: (more) => void span.setAttributes(more), fail });
    } catch (error) {
      // The code only: messages may tell what was asked.
      fail(error instanceof FleetError ? error.code : 'error');
      throw error;
    } finally {
      span.end();
    }
  });
}

function contextOf(parent: string | null | undefined): Context {
  if (parent === undefined) return context.active();
  return parent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
}

/** The traceparent of the step under way; undefined while nothing is traced. */
export function activeTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Id of the trace a traceparent belongs to; undefined for what is none. */
export function traceIdOf(traceparent: string | null | undefined): string | undefined {
  return TRACEPARENT.exec(traceparent ?? '')?.[1];
}

/** The field that log lines of a trace carry; none without a trace. */
export function traceFields(traceparent: string | null | undefined): { trace_id?: string } {
  const id = traceIdOf(traceparent);
  return id === undefined ? {} : { trace_id: id };
}
