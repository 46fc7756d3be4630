import { closeSync, openSync, writeSync } from 'node:fs';

/** Simulated time: it flows as real time does, and can be moved on for all processes at the same moment. */
export class SimulatedClock {
  private readonly file: number;
  private readonly offset = new Float64Array(1);
  private beganMs = Date.now();

  /** @param path - File that processes read how far it is ahead from. */
  constructor(readonly path: string) {
    this.file = openSync(path, 'w');
    this.advance(0);
  }

  /** **Milliseconds** since the Unix epoch. */
  nowMs(): number {
    return Date.now() + (this.offset[0] ?? 0);
  }

  /** Moves it on, **milliseconds**. */
  advance(ms: number): void {
    this.offset[0] = (this.offset[0] ?? 0) + ms;
    writeSync(this.file, new Uint8Array(this.offset.buffer), 0, 8, 0);
  }

  /** How much of it has passed, **minutes**. */
  get minutes(): number {
    return (this.nowMs() - this.beganMs) / 60_000;
  }

  close(): void {
    closeSync(this.file);
  }
}
