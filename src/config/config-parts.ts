import { Part } from '../di/part';
import type * as Explain from '../explain/explain';
import type * as Names from '../explain/names';
import type * as Health from './health';
import type * as Watching from './watch';

/** What `config.explain()` loads. */
export const explainPart = new Part<typeof Explain>('config.explain()', 'provideExplanations');
/** What `config.names()` loads. */
export const namesPart = new Part<typeof Names>('config.names()', 'provideOperations');
/** What `config.health()` loads. */
export const healthPart = new Part<typeof Health>('config.health()', 'provideHealth');
/** What `config.watch()` loads. */
export const watchPart = new Part<typeof Watching>('config.watch()', 'provideWatches');
