// Calls a handler as the runtime of Lambda does. An ES module: in one there is no global `require`.
import { pathToFileURL } from 'node:url';

const { handler, default: commonJs } = await import(pathToFileURL(process.argv[2]).href);
console.log(JSON.stringify(await (handler ?? commonJs.handler)()));
