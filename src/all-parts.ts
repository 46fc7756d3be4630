// A module of its own, which bundlers leave out of `xcon/core`: `sideEffects` of package.json does not name it.
import { provideExplanations, provideHealth, provideLastKnownGood, provideOperations, provideWatches } from './parts';

provideExplanations();
provideHealth();
provideWatches();
provideLastKnownGood();
provideOperations();
