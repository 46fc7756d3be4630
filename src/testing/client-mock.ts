/** A class of commands of an AWS SDK client, such as `GetParametersByPathCommand`. */
export type CommandClass<Input, Output> = new (input: Input) => CommandOf<Input, Output>;

interface CommandOf<Input, Output> {
  readonly input: Input;
  resolveMiddleware(...args: never): (...args: never) => Promise<{ readonly output: Output }>;
}

/** An answer as a mock takes it: without what the SDK adds. */
export type MockedOutput<Output> = Partial<Output>;

/** A call that a mock has received. */
export interface MockedCall<Input> {
  /** The command that was sent. */
  readonly args: readonly [{ readonly input: Input }, ...unknown[]];
}

/** Defines the answer to some commands. */
export interface MockedAnswer<Input, Output> {
  /** Answers every matching command with this output. */
  resolves(output: MockedOutput<Output>): unknown;
  /** Answers the next matching command with this output. */
  resolvesOnce(output: MockedOutput<Output>): MockedAnswer<Input, Output>;
  /** Rejects every matching command; a text becomes the message of an `Error`. */
  rejects(error?: Error | string): unknown;
  /** Rejects the next matching command. */
  rejectsOnce(error?: Error | string): MockedAnswer<Input, Output>;
  /** Answers every matching command with what this function returns for its input. */
  callsFake(answer: (input: Input) => MockedOutput<Output> | Promise<MockedOutput<Output>>): unknown;
  /** Answers the next matching command with what this function returns for its input. */
  callsFakeOnce(
    answer: (input: Input) => MockedOutput<Output> | Promise<MockedOutput<Output>>,
  ): MockedAnswer<Input, Output>;
}

/**
 * The mock of one client: an `AwsStub` of aws-sdk-client-mock, in types that need no package.
 *
 * Everything that package documents works.
 */
export interface ClientMock<ServiceInput extends object, ServiceOutput extends object> {
  /** Chooses the commands of a class, of all inputs or of those that have these fields. */
  on<Input extends ServiceInput, Output extends ServiceOutput>(
    command: CommandClass<Input, Output>,
    input?: Partial<Input>,
  ): MockedAnswer<Input, Output>;
  /** Chooses all commands without another answer. */
  onAnyCommand(): MockedAnswer<ServiceInput, ServiceOutput>;
  /** Gives the commands of a class that were sent. */
  commandCalls<Input extends ServiceInput, Output extends ServiceOutput>(
    command: CommandClass<Input, Output>,
    input?: Partial<Input>,
  ): readonly MockedCall<Input>[];
  /** Gives all commands that were sent. */
  calls(): readonly MockedCall<ServiceInput>[];
  /** Forgets answers and calls: then every command gives `undefined`, as aws-sdk-client-mock has it. */
  reset(): unknown;
}
