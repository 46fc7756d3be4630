import fc from 'fast-check';

// A property ends itself, after fewer inputs, well before `testTimeout` of jest.config.js: Jest would go on to the next test
// while the property runs beside it.
fc.configureGlobal({ interruptAfterTimeLimit: 60_000 });

/** Property tests: `fc` of fast-check, with a limit of time. */
export { fc };
