// The runtime of a Lambda function: loads its module, says that the init phase is over, and runs one invocation at a time.
const { handler } = await import(process.argv[2]);

process.on('message', async (event) => {
  const context = { awsRequestId: `${event.id}`, getRemainingTimeInMillis: () => 60_000 };
  try {
    process.send({ result: await handler(event, context) });
  } catch (error) {
    process.send({ error: `${error.name}: ${error.message}` });
  }
});
process.send('init');
