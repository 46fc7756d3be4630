import { adminPart, cacheTablePart } from './cache/dynamo-cacher';
import { explainPart, healthPart, namesPart, watchPart } from './config/config-parts';
import { lastKnownGoodPart } from './config/last-known-good/part';
import { describePart, policyPart } from './declared/declared-parts';
import { pagePart } from './explain/explained';
import { dynamoWriterPart } from './providers/dynamo-provider';
import { secretsWriterPart } from './providers/secrets-provider';
import { ssmWriterPart } from './providers/ssm-provider';

/** Provides `config.explain()` in a bundle of `xcon/core`. Bundles of `xcon` have it, and in Node it is there. */
export function provideExplanations(): void {
  explainPart.provide(() => import('./explain/explain'));
}

/** Provides `config.health()` in a bundle of `xcon/core`. Bundles of `xcon` have it, and in Node it is there. */
export function provideHealth(): void {
  healthPart.provide(() => import('./config/health'));
}

/** Provides `config.watch()` in a bundle of `xcon/core`. Bundles of `xcon` have it, and in Node it is there. */
export function provideWatches(): void {
  watchPart.provide(() => import('./config/watch'));
}

/** Provides the setting `lastKnownGood` in a bundle of `xcon/core`. Bundles of `xcon` have it, and in Node it is there. */
export function provideLastKnownGood(): void {
  lastKnownGoodPart.provide(() => import('./config/last-known-good/recall'));
}

/**
 * Provides in a bundle what operators use and services rarely do.
 *
 * That is `provider.writer()`, `config.names()`, `toHtml()` of explanations, `clear()`, `entries()` and `ensureCacheTable()` of a
 * DynamoCacher, and `policy()`, `policies()`, `envExample()` and `document()` of declared settings. In Node it is there.
 */
export function provideOperations(): void {
  ssmWriterPart.provide(() => import('./providers/ssm-writer'));
  secretsWriterPart.provide(() => import('./providers/secrets-writer'));
  dynamoWriterPart.provide(() => import('./providers/dynamo-writer'));
  namesPart.provide(() => import('./explain/names'));
  pagePart.provide(() => import('./explain/page'));
  adminPart.provide(() => import('./cache/admin'));
  cacheTablePart.provide(() => import('./cache/cache-table'));
  policyPart.provide(() => import('./declared/policy'));
  describePart.provide(() => import('./declared/describe'));
}
