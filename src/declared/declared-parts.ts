import { Part } from '../di/part';
import type * as Describe from './describe';
import type * as Policy from './policy';

/** What `policy()` and `policies()` of declared settings load. */
export const policyPart = new Part<typeof Policy>('settings.policy()', 'provideOperations');
/** What `envExample()` and `document()` of declared settings load. */
export const describePart = new Part<typeof Describe>('settings.envExample() and document()', 'provideOperations');
