import { type Attributes, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { type Timed } from '../core';
import { errorAttributes, lookupAttributes, requestAttributes } from './attributes';
import { listen } from './listen';

/**
 * Makes spans of requests, and of lookups that are not answered from memory. Both are children of the span that was active at their start;
 * a request that serves several lookups is a child of the span of the first.
 *
 * @returns Functions that end it.
 */
export function traceWork(
  tracer: Tracer,
  { settingNames }: { readonly settingNames: boolean },
): readonly (() => void)[] {
  const span = (
    name: string,
    { durationMs, startedAtMs }: Timed,
    {
      attributes,
      error,
      kind,
    }: { readonly attributes: Attributes; readonly error?: string | undefined; readonly kind: SpanKind },
  ): void => {
    const made = tracer.startSpan(name, { attributes, kind, startTime: startedAtMs });
    if (error !== undefined) made.setStatus({ code: SpanStatusCode.ERROR, message: error });
    made.end(startedAtMs + durationMs);
  };
  return [
    listen('xcon:lookup', (lookup) => {
      const { directory, error, name, viaCacher } = lookup;
      const attributes = {
        ...lookupAttributes(lookup, viaCacher ? 'cache' : 'source'),
        ...(directory !== undefined && { 'xcon.directory': directory }),
        ...(settingNames && { 'xcon.setting.name': name }),
        ...errorAttributes(error),
      };
      span('xcon.lookup', lookup, { attributes, error, kind: SpanKind.INTERNAL });
    }),
    listen('xcon:request', (request) => {
      const { attempts, error, operation, requestId, service } = request;
      const attributes = {
        ...requestAttributes(request),
        ...(requestId !== undefined && { 'aws.request_id': requestId }),
        ...(attempts !== undefined && attempts > 1 && { 'http.request.resend_count': attempts - 1 }),
      };
      span(`${service}.${operation}`, request, { attributes, error, kind: SpanKind.CLIENT });
    }),
  ];
}
