import { Agent, type ClientRequest } from 'node:http';
import { Socket } from 'node:net';
import { sharedState } from '../shared-state';
import { type AwsCall, awsCallOf, connectionTo } from './aws-call';

/** Looks at a call before anything of it leaves the process. @returns Why it fails; `undefined`: it goes on. */
export type AwsWatcher = (call: AwsCall) => Error | undefined;

/**
 * Looks at every call that an AWS SDK of this process makes, with any client, until it is ended.
 *
 * Requests are looked at where Node hands them to an agent, with their headers and before there is a connection; a
 * kept-alive one is no way around. What does not come that way (HTTP/2, `fetch`) is stopped where it connects to AWS.
 *
 * @returns Ends the watch.
 */
export function watchAws(watcher: AwsWatcher): () => void {
  const { watchers } = shared;
  if (watchers.size === 0) install();
  watchers.add(watcher);
  return () => {
    if (watchers.delete(watcher) && watchers.size === 0) uninstall();
  };
}

/** The functions that look at calls, and what puts back the methods that were replaced for it. */
const shared = sharedState<{ readonly watchers: Set<AwsWatcher>; restore: (() => void)[] }>('watch', () => ({
  watchers: new Set(),
  restore: [],
}));

/** What Node's agents do with a request; not in the types of Node, but the way in for every agent. */
interface RequestTaker {
  addRequest(this: Agent, request: ClientRequest, ...others: readonly unknown[]): void;
}

/** What an agent reports to a request when it has no connection for it. */
interface SocketTaker {
  onSocket(socket: null, error: Error): void;
}

/** Set on what Node's agents have in common, by the code that has replaced their methods. */
const mark = Symbol.for('xcon@1.watch-aws');
const agents = Agent.prototype as { [mark]?: () => void };

function install(): void {
  // Jest gives each test file globals of its own, but the same agents: one that was cut short has put nothing back.
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
          // As an agent says that it could not connect: the SDK cleans up after an error event, not after an exception.
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

/** Replaces a method. @returns Puts it back, unless it has been replaced again since. */
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
  // Each of them looks, also at what another refuses.
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
