import 'reflect-metadata';
import * as loaded from 'tsyringe';

/**
 * Gives tsyringe, ready for use.
 *
 * The build for Node loads it here, at the first call: most processes never ask for a container.
 */
export function tsyringe(): typeof loaded {
  return loaded;
}
