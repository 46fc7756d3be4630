'use strict';

/**
 * Node, as Jest gives it to tests, that fails a suite which leaves behind what it began: timers that would fire, and servers that
 * would listen, while the next suite runs in the same process.
 *
 * It disables the storages of contexts that a suite has used: otherwise every promise of the suites after it would have a property
 * for each of them.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { TestEnvironment } = require('jest-environment-node');

/** How long what is under way at the end of a suite may take to end, milliseconds. */
const graceMs = 2000;
const pollMs = 5;
/** Those that the current suite of this process has used. */
const storages = new Set();

for (const name of ['enterWith', 'run']) {
  const original = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (...args) {
    storages.add(this);
    return original.apply(this, args);
  };
}

class Environment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.timers = trackTimers(this.global);
    this.serversBefore = listeningServers();
  }

  async handleTestEvent({ name }, state) {
    if (name !== 'run_finish') return;
    const until = performance.now() + graceMs;
    while (this.leaks().length > 0 && performance.now() < until) await sleep(pollMs);
    state.unhandledErrors.push(...this.leaks());
  }

  async teardown() {
    await super.teardown();
    for (const each of storages) each.disable();
    storages.clear();
  }

  leaks() {
    const servers = listeningServers() - this.serversBefore;
    return [
      ...this.timers.values(),
      ...(servers > 0 ? [new Error(`The suite has left ${servers} server(s) listening.`)] : []),
    ];
  }
}

/** Counts the servers of this process that listen. */
function listeningServers() {
  return process.getActiveResourcesInfo().filter((each) => each === 'TCPServerWrap' || each === 'PipeServerWrap')
    .length;
}

/**
 * Watches the timers that code in a sandbox starts.
 *
 * @returns Those that will still fire, each with an error that says where it was started.
 */
function trackTimers(global) {
  const active = new Map();
  for (const kind of ['setTimeout', 'setInterval']) {
    const start = global[kind];
    const tracked = (callback, delayMs, ...args) => {
      if (typeof callback !== 'function') return start(callback, delayMs, ...args);
      const fire = (...given) => {
        if (kind === 'setTimeout') active.delete(timer);
        return callback(...given);
      };
      const timer = start(fire, delayMs, ...args);
      active.set(timer, new Error(`The suite has left a timer: ${kind} of ${delayMs ?? 1} ms.`));
      return timer;
    };
    // Such as util.promisify.custom.
    global[kind] = Object.defineProperties(tracked, Object.getOwnPropertyDescriptors(start));
  }
  for (const kind of ['clearTimeout', 'clearInterval']) {
    const clear = global[kind];
    global[kind] = (timer) => {
      active.delete(timer);
      clear(timer);
    };
  }
  return active;
}

module.exports = Environment;
