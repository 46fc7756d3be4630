/** Ends a process that a test has started, because something in it has failed: the test sees its exit code, and why. */
export function failProcess(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
