import * as xcon from 'xcon';
import * as testing from 'xcon/testing';
import lookups from './shared/lookups.cjs';

await lookups.lookUpEverywhere(xcon, testing);
console.log('ES modules work');
