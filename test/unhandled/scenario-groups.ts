import { cacherScenarios } from './cacher-scenarios';
import { lambdaScenarios } from './lambda-scenarios';
import { listenerScenarios } from './listener-scenarios';
import { logScenarios } from './log-scenarios';
import { providerScenarios } from './provider-scenarios';
import { rereadScenarios } from './reread-scenarios';
import { type Scenarios } from './scenario';

/** By the part of the library that they are about. */
export const groups = {
  providers: providerScenarios,
  rereads: rereadScenarios,
  lambda: lambdaScenarios,
  log: logScenarios,
  listeners: listenerScenarios,
  cachers: cacherScenarios,
} as const satisfies Readonly<Record<string, Scenarios>>;
