import { type LocalAws, type LocalAwsSeed } from '../../../src/local-aws/local-aws';
import { TestClock } from '../doubles';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { startOrdersAws } from './orders-aws';

/** A local AWS, a clock and processes, which each test of a suite has for itself. */
class OrdersFleet {
  private current:
    { readonly aws: LocalAws; readonly clock: TestClock; readonly processes: FleetProcess[] } | undefined;

  /** Local AWS with the settings of `orders` and an empty cache table. */
  get aws(): LocalAws {
    return this.parts.aws;
  }

  /** A clock that a test may give to its processes. */
  get clock(): TestClock {
    return this.parts.clock;
  }

  /** Starts a process of the service. */
  start(options: ProcessOptions = {}): FleetProcess {
    const process = new FleetProcess(this.aws, options);
    this.parts.processes.push(process);
    return process;
  }

  async begin(seed: LocalAwsSeed): Promise<void> {
    this.current = { aws: await startOrdersAws(seed), clock: new TestClock(), processes: [] };
  }

  async end(): Promise<void> {
    const { aws, processes } = this.parts;
    aws.setFaults([]);
    await Promise.all(processes.map((each) => each.close()));
    await aws.close();
  }

  private get parts() {
    if (this.current === undefined) throw new Error('A fleet can be used only within a test.');
    return this.current;
  }
}

/** Gives every test of the suite a fleet of its own. The seed replaces parts of `ordersSeed`. */
export function withOrdersFleet(seed: LocalAwsSeed = {}): OrdersFleet {
  const fleet = new OrdersFleet();
  beforeEach(() => fleet.begin(seed));
  afterEach(() => fleet.end());
  return fleet;
}
