import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What all copies of the package in a process share.
 *
 * @typeParam C - The contexts, whose class is in a module above this one.
 */
export interface ProcessState<C extends object = object> {
  /** Context of the `run()` that the current code is in. */
  readonly storage: AsyncLocalStorage<C>;
  /** Contexts entered with `enter()`, innermost last. */
  readonly entered: { readonly context: C }[];
  /** The context outside all others; made when first needed. */
  root: C | undefined;
  /** Counts everything that may change what a lookup gives: assignments to settings and Configs. */
  mutations: number;
  /** The class of the AWS clients; absent where no loaded module calls AWS. */
  clientsClass: (new () => object) | undefined;
  /** Classes of providers by the names that the variable of the setting `providers` lists. */
  readonly providersByName: Map<string, new () => object>;
  /** Counts the moments between which an order is needed. */
  moments: number;
  /** The module of the KMS client, where one was provided; absent: it is imported when needed. */
  kms?: object;
  /** The module of the AppConfig client, where one was provided; absent: it is imported when needed. */
  appConfig?: object;
}

const key = Symbol.for('xcon@1');
const holder = globalThis as { [key]?: ProcessState };

/** The state of this process: one, however often the package was loaded. */
export const state: ProcessState = (holder[key] ??= {
  storage: new AsyncLocalStorage<object>(),
  entered: [],
  root: undefined,
  mutations: 0,
  clientsClass: undefined,
  providersByName: new Map(),
  moments: 0,
});

/** Invalidates what is remembered about the shape of lookups: scopes and settings, not values. */
export function recordMutation(): void {
  state.mutations += 1;
}
