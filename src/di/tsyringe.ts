import 'reflect-metadata';
import * as loaded from 'tsyringe';

/**
 * Gives tsyringe, ready for use.
 *
 * The build for Node loads it at the first call: most processes never use a container.
 */
export function tsyringe(): typeof loaded {
  return loaded;
}
