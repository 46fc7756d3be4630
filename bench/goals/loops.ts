/** Does the same thing so many times. */
export type Loop = (times: number) => Promise<void>;

/** Loops by name; each is a function of its own, so that the compiler sees what it calls. */
export type Loops = Readonly<Record<string, Loop>>;

/** Nanoseconds that one turn of a loop took, in each repetition. */
export type LoopTimes = Readonly<Record<string, readonly number[]>>;

/** How much is measured. */
export interface LoopOptions {
  readonly times: number;
  readonly repetitions: number;
}

/** Measures loops beside each other: each once in each repetition, in an order that moves on. */
export async function timeLoops(loops: Loops, { times, repetitions }: LoopOptions): Promise<LoopTimes> {
  const names = Object.keys(loops);
  const measured: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await loops[name]?.(times);
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + repetition) % names.length] ?? '';
      const began = performance.now();
      await loops[name]?.(times);
      measured[name]?.push(((performance.now() - began) / times) * 1e6);
    }
  }
  return measured;
}
