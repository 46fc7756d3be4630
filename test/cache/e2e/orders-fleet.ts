import { type LocalAws } from '../../../src/local-aws/local-aws';
import { TestClock } from '../doubles';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { startOrdersAws } from './orders-aws';

/** What each test of a suite has for itself: a local AWS, a clock, and processes that end with the test. */
export class OrdersFleet {
  private current:
    { readonly aws: LocalAws; readonly clock: TestClock; readonly processes: FleetProcess[] } | undefined;

  /** Local AWS with the settings of `orders` and an empty cache table. */
  get aws(): LocalAws {
    return this.parts.aws;
  }

  /** A clock for the processes that are given it. */
  get clock(): TestClock {
    return this.parts.clock;
  }

  /** Starts a process of the service. */
  start(options: ProcessOptions = {}): FleetProcess {
    const process = new FleetProcess(this.aws, options);
    this.parts.processes.push(process);
    return process;
  }

  async begin(): Promise<void> {
    this.current = { aws: await startOrdersAws(), clock: new TestClock(), processes: [] };
  }

  async end(): Promise<void> {
    const { aws, processes } = this.parts;
    aws.setFaults([]);
    await Promise.all(processes.map((each) => each.close()));
    await aws.close();
  }

  private get parts() {
    if (this.current === undefined) throw new Error('The fleet is there within tests alone.');
    return this.current;
  }
}

/** Gives every test of the suite a fleet of its own. */
export function withOrdersFleet(): OrdersFleet {
  const fleet = new OrdersFleet();
  beforeEach(() => fleet.begin());
  afterEach(() => fleet.end());
  return fleet;
}
