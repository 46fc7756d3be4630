import { Directory } from './directory';

/** Where a service looks by default: its own directories, then those of all services. */
export const defaultDirectories: readonly Directory[] = [
  '/{service}/{environment}',
  '/{service}/all',
  '/global/{environment}',
  '/global/all',
].map((path) => new Directory({ path }));
