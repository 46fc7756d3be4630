import { ConfigError } from '../errors';
import { describeDiagnostic, type Diagnostic } from './diagnostics';

/** Entries could not be planned or applied; says every reason. */
export abstract class EntriesError extends ConfigError {
  /** @param diagnostics - Every reason. */
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    options?: ErrorOptions,
  ) {
    super(
      diagnostics.flatMap((each) => describeDiagnostic(each).split('\n')),
      options,
    );
  }
}

/** A file of entries has problems; nothing was asked or written. */
export class InvalidEntriesError extends EntriesError {
  override readonly name = 'InvalidEntriesError';
  readonly code = 'INVALID_ENTRIES';
}

/** A plan has errors, such as an entry that another stack owns; nothing was written. */
export class InvalidPlanError extends EntriesError {
  override readonly name = 'InvalidPlanError';
  readonly code = 'INVALID_PLAN';
}

/** Something has changed since a plan was made; nothing was written. */
export class StalePlanError extends EntriesError {
  override readonly name = 'StalePlanError';
  readonly code = 'STALE_PLAN';
}

/** Another run has the lock of a state; nothing was written. */
export class StateLockedError extends EntriesError {
  override readonly name = 'StateLockedError';
  readonly code = 'STATE_LOCKED';
}

/** A plan deletes what it was not allowed to delete; nothing was written. */
export class NotConfirmedError extends EntriesError {
  override readonly name = 'NotConfirmedError';
  readonly code = 'NOT_CONFIRMED';
}

/** A state is damaged, of another stack, or readable by other users. */
export class StateError extends EntriesError {
  override readonly name = 'StateError';
  readonly code = 'STATE_UNREADABLE';
}
