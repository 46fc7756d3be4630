/** The part of `dynalite` (DynamoDB in JavaScript; ships no types) that the local AWS uses. */
declare module 'dynalite' {
  import { type Server } from 'node:http';

  interface DynaliteOptions {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  const createServer: (options?: DynaliteOptions) => Server;
  export = createServer;
}
