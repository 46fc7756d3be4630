import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from './context';
import type { DependencyClass } from './dependency-class';

/** What all copies of the package in a process share. */
interface ProcessState {
  /** Context of the `run()` that the current code is in. */
  readonly storage: AsyncLocalStorage<Context>;
  /** Contexts entered with `enter()`, innermost last. */
  readonly entered: { readonly context: Context }[];
  /** The context outside all others; made when first needed. */
  root: Context | undefined;
  /** Counts everything that may change what a lookup gives: assignments to settings and Configs. */
  mutations: number;
  /** Classes of providers by the names that the variable of the setting `providers` lists. */
  readonly providersByName: Map<string, DependencyClass>;
  /** Counts the moments between which an order is needed. */
  moments: number;
  /** The module of the KMS client, where one was provided; absent: it is imported when needed. */
  kms?: object;
}

const key = Symbol.for('xcon@1');
const holder = globalThis as { [key]?: ProcessState };

/** The state of this process: one, however often the package was loaded. */
export const state: ProcessState = (holder[key] ??= {
  storage: new AsyncLocalStorage<Context>(),
  entered: [],
  root: undefined,
  mutations: 0,
  providersByName: new Map(),
  moments: 0,
});

/** Makes everything remembered about the shape of lookups (never their values) be worked out again. */
export function noteMutation(): void {
  state.mutations += 1;
}
