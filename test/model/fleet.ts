import { Member } from './member';
import { processCount } from './script';
import { type World } from './world';

/** The processes of the operating system that a world has. */
export class Fleet {
  /** How many have been started. */
  started = 0;
  /** How many have been killed. */
  killed = 0;
  private readonly members: Member[] = [];
  private readonly frozen = new Set<number>();
  private unhandled: string[] = [];

  /** @param script - What they run. */
  constructor(
    private readonly script: string,
    private readonly world: World,
  ) {
    for (let index = 0; index < processCount; index += 1) this.members.push(this.start(index));
  }

  member(index: number): Member {
    const member = this.members[index];
    if (member === undefined) throw new Error(`There is no process ${index}.`);
    return member;
  }

  /** Kills a process, whatever it is doing, and starts one in its place. */
  async restart(index: number): Promise<void> {
    this.killed += 1;
    this.frozen.delete(index);
    await this.member(index).kill();
    this.members[index] = this.start(index);
  }

  freeze(index: number): void {
    this.frozen.add(index);
    this.member(index).freeze();
  }

  thaw(index: number): void {
    if (this.frozen.delete(index)) this.member(index).thaw();
  }

  thawAll(): void {
    for (const each of this.frozen) this.thaw(each);
  }

  /** Gives what processes have not handled since this was called last. */
  takeUnhandled(): readonly string[] {
    const taken = this.unhandled;
    this.unhandled = [];
    return taken;
  }

  async end(): Promise<void> {
    await Promise.all(this.members.map((each) => each.kill()));
  }

  private start(index: number): Member {
    this.started += 1;
    const { PATH, NODE_PATH } = process.env;
    const env = { PATH, NODE_PATH, ...this.world.environmentOf(`${index}`) };
    return Member.start(this.script, env, (text) => this.unhandled.push(text));
  }
}
