import { type Attributes } from '@opentelemetry/api';
import { type CacheReadEvent, type LookupOrigin, type RequestEvent } from '../core';

/** Origin of an answer: the memory of this process, the cache table, or the sources. */
export type Tier = 'memory' | 'cache' | 'source';

/** Attributes of an answer, with few different values each, for metrics. */
export function lookupAttributes({ outcome, source, stale }: LookupOrigin, tier: Tier): Attributes {
  return { 'xcon.lookup.outcome': outcome, 'xcon.source': source, 'xcon.stale': stale, 'xcon.tier': tier };
}

/**
 * Attributes of a call to AWS.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/cloud-providers/aws-sdk/
 */
export function requestAttributes({ error, operation, service, status }: RequestEvent): Attributes {
  return {
    'rpc.system': 'aws-api',
    'rpc.service': service,
    'rpc.method': operation,
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...errorAttributes(error),
  };
}

/** Attributes of a read of the cache table. */
export function cacheAttributes({ environ, table }: CacheReadEvent): Attributes {
  return { 'aws.dynamodb.table_names': [table], 'xcon.cache.partition': environ };
}

/** Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
export function errorAttributes(error: string | undefined): Attributes {
  return error === undefined ? {} : { 'error.type': error };
}
