import { Agent, type ClientRequest } from 'node:http';
import { Socket } from 'node:net';
import { sharedState } from '../shared-state';
import { type AwsCall, awsCallOf, connectionTo } from './aws-call';

/** Called with each call before it is sent. @returns The error of the call; `undefined`: it is sent. */
export type AwsWatcher = (call: AwsCall) => Error | undefined;

/**
 * Watches every call that an AWS SDK of this process makes, with any client.
 *
 * Requests are intercepted where Node passes them to an agent, with their headers, before there is a connection; so kept-alive connections
 * are covered, too. Other protocols (HTTP/2, `fetch`) are stopped where they connect to AWS.
 *
 * @returns A function that ends the watch.
 */
export function watchAws(watcher: AwsWatcher): () => void {
  const { watchers } = shared;
  if (watchers.size === 0) install();
  watchers.add(watcher);
  return () => {
    if (watchers.delete(watcher) && watchers.size === 0) uninstall();
  };
}

/** The watchers, and the functions that restore the replaced methods. */
const shared = sharedState<{ readonly watchers: Set<AwsWatcher>; restore: (() => void)[] }>('watch', () => ({
  watchers: new Set(),
  restore: [],
}));

/** Method of Node's agents that takes a request; not in the types of Node, but common to every agent. */
interface RequestTaker {
  addRequest(this: Agent, request: ClientRequest, ...others: readonly unknown[]): void;
}

/** Method of requests by which an agent reports that it has no connection. */
interface SocketTaker {
  onSocket(socket: null, error: Error): void;
}

/** Set on the prototype of Node's agents by the code that has replaced its methods. */
const mark = Symbol.for('xcon@1.watch-aws');
const agents = Agent.prototype as { [mark]?: () => void };

function install(): void {
  // Jest gives each test file its own globals, but the same agents: a file that was aborted has not restored them.
  agents[mark]?.();
  agents[mark] = uninstall;
  shared.restore = [
    replaceMethod(
      Agent.prototype as unknown as RequestTaker,
      'addRequest',
      (original) =>
        function addRequest(request, ...others): void {
          const refusal = refuse(callOf(request));
          if (refusal === undefined) original.call(this, request, ...others);
          // Like an agent that cannot connect: the SDK handles an error event, not an exception.
          else (request as unknown as SocketTaker).onSocket(null, refusal);
        },
    ),
    replaceMethod(
      Socket.prototype,
      'connect',
      (original) =>
        function connect(this: Socket, ...args: readonly unknown[]): Socket {
          const refusal = refuse(connectionTo(hostOf(args)));
          if (refusal !== undefined) throw refusal;
          return Reflect.apply(original, this, args) as Socket;
        },
    ),
  ];
}

function uninstall(): void {
  if (agents[mark] === uninstall) delete agents[mark];
  for (const restore of shared.restore.splice(0)) restore();
}

/** Replaces a method. @returns A function that restores it, unless it has been replaced again since. */
function replaceMethod<K extends string, T extends Record<K, unknown>>(
  object: T,
  name: K,
  replacement: (original: T[K]) => T[K],
): () => void {
  const original = object[name];
  const replaced = replacement(original);
  object[name] = replaced;
  return () => {
    if (object[name] === replaced) object[name] = original;
  };
}

function refuse(call: AwsCall | undefined): Error | undefined {
  if (call === undefined) return undefined;
  // Every watcher is called, also when another one has refused the call.
  const refusals = [...shared.watchers].map((watcher) => watcher(call));
  return refusals.find((refusal) => refusal !== undefined);
}

function callOf(request: ClientRequest): AwsCall | undefined {
  const { host, method, path } = request;
  const header = (name: string): string | undefined => request.getHeader(name)?.toString();
  return awsCallOf({ host, method, path, header });
}

/** Reads the ways to call `socket.connect`: (options), (port, host), and (one array of these), as Node's own code does. */
function hostOf([first, second]: readonly unknown[]): string | undefined {
  if (Array.isArray(first)) return hostOf(first as readonly unknown[]);
  if (typeof first === 'object' && first !== null) return textOf((first as { readonly host?: unknown }).host);
  return textOf(second);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
