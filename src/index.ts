import './compose';

// The public API is that of `xcon/core`; test/public-api.test.ts pins its names.
export * from './core';
