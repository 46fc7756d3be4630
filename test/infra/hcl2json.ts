import { Worker } from 'node:worker_threads';

/**
 * The parser of HashiCorp, in a thread of its own: it is a program in Go whose scheduler sets timers as long as the thread lives.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const parser = require(workerData);
  parentPort.on('message', async ({ id, method, args }) => {
    try {
      parentPort.postMessage({ id, json: JSON.stringify(await parser[method](...args)) });
    } catch (error) {
      parentPort.postMessage({ id, problem: String(error) });
    }
  });
`;

interface Answer {
  readonly id: number;
  readonly json?: string;
  readonly problem?: string;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | undefined;
const waiting = new Map<number, Waiting>();
let calls = 0;

afterAll(async () => {
  await worker?.terminate();
  worker = undefined;
});

/** Parses a file of Terraform. @throws Error with what the parser says. */
export function parse(file: string, text: string): Promise<unknown> {
  return call('parse', file, text);
}

/** Parses an expression of Terraform. @throws Error with what the parser says. */
export function getExpressionAst(file: string, text: string): Promise<unknown> {
  return call('getExpressionAst', file, text);
}

function call(method: string, ...args: readonly string[]): Promise<unknown> {
  worker ??= start();
  const id = (calls += 1);
  const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ id, method, args });
  return answer;
}

function start(): Worker {
  const started = new Worker(program, { eval: true, workerData: require.resolve('@cdktf/hcl2json') });
  started.on('message', ({ id, json, problem }: Answer) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (problem === undefined) resolve?.(json === undefined ? undefined : JSON.parse(json));
    else reject?.(new Error(problem));
  });
  started.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return started;
}
