import { Part } from '../../di/part';
import type * as Recall from './recall';

/** What serves last good answers from a file, where the setting `lastKnownGood` names one. */
export const lastKnownGoodPart = new Part<typeof Recall>('lastKnownGood', 'provideLastKnownGood');
