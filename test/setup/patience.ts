import { unfakedTimers } from '../../src/base/time-limit';
import { type SettingsValues } from '../../src/index';

/** Settings of the library for tests that talk HTTP and are not about its limits of time: none is reached on a busy machine. */
export const patience = {
  connectTimeoutMs: 120_000,
  requestTimeoutMs: 120_000,
  lookupBudgetMs: 150_000,
} as const satisfies Partial<SettingsValues>;

/** The same, as variables of a process. */
export const patientVariables = {
  XCON_CONNECT_TIMEOUT_MS: `${patience.connectTimeoutMs}`,
  XCON_REQUEST_TIMEOUT_MS: `${patience.requestTimeoutMs}`,
  XCON_LOOKUP_BUDGET_MS: `${patience.lookupBudgetMs}`,
} as const;

/**
 * Lets the limits of time that have no setting, such as a second for KMS, end so late in a file that a busy machine reaches none.
 * For files in which no request is left without an answer.
 */
export function withPatientSignals(): void {
  beforeAll(() => {
    const { start } = unfakedTimers;
    jest.spyOn(unfakedTimers, 'start').mockImplementation((callback, ms) => start(callback, 60 * ms));
  });

  afterAll(() => jest.restoreAllMocks());
}
