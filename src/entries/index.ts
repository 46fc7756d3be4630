export {
  applyPlan,
  type ApplyEvent,
  type ApplyOptions,
  type ApplyReport,
  builtInKinds,
  type EntriesSession,
  planEntries,
} from './entries';
export {
  describeDiagnostic,
  type Diagnostic,
  type DiagnosticFacts,
  Diagnostics,
  type FilePosition,
  type Severity,
} from './diagnostics';
export {
  EntriesError,
  InvalidEntriesError,
  InvalidPlanError,
  NotConfirmedError,
  StalePlanError,
  StateError,
  StateLockedError,
} from './entries-error';
export {
  type DeclaredEntry,
  type EntryFile,
  entryFileKeys,
  type EntryFileOptions,
  type MovedEntry,
  parseEntryFile,
} from './entry-file';
export {
  addressText,
  type AnyEntryKind,
  type DesiredState,
  type EntryAddress,
  type EntryContext,
  type EntryKind,
  type EntryState,
  type GivenEntry,
  type ListScope,
  type Observed,
  ownerTag,
  type PlanRequest,
  type ReadTarget,
  type ServiceAction,
  type WriteRequest,
  type Written,
} from './entry-kind';
export { type AppliedEntry } from './executor';
export { type FieldChange } from './compare';
export { type ComparedDeclaration, type DeclaredDifference, declaredDifference } from './declared-difference';
export { entriesPolicy, type EntriesPolicyOptions } from './policy';
export { type KindSample, MemoryState, verifyEntryKind } from './verify-kind';
export { dataOf, type GivenMap, type GivenNode, mapOf, NodeFields } from './given-node';
export {
  countActions,
  deletesValue,
  decodePlan,
  encodePlan,
  pendingChanges,
  type Plan,
  type PlanAction,
  type PlannedChange,
  type PlanRequestOptions,
} from './plan';
export { type CallRates } from '../aws/requests/action-rates';
export { CallError, type CallFailure, type CallTiming, type CallWait } from './service-calls';
export { type SourceReader } from './sources';
export { keyVariable, loadStackKey, type StackKey, stackKeyOf } from './stack-key';
export { type EntryRecord, type EntryRecords, type LockHolder, type StateStore } from './state';
export { FileState, type FileStateOptions } from './file-state';
export { TableState, type TableStateOptions } from './table-state';
export {
  fillTemplate,
  type GenerateRule,
  parseTemplate,
  type SourceValues,
  type TemplateFill,
  type ValueTemplate,
} from './value-template';
