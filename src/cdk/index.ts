export { ConfigTables, type ConfigReader, type ConfigTablesProps } from './config-tables';
export { ChangeHandler, type ChangeHandlerProps } from './change-handler';
export { ChangeQueues } from './change-queues';
export { grantConfigRead } from './grant-config-read';
export { type PolicyOptions } from '../iam/policy-options';
export { type PolicyProvider } from '../iam/policy-providers';
export { type PolicyPlace } from '../iam/arn';
