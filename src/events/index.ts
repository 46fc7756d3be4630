export {
  type BatchResponse,
  type ChangeContext,
  type ChangeHandler,
  type ChangeHandlerOptions,
  createChangeHandler,
} from './change-handler';
export { type ChangedSetting, followChanges, type FollowChangesOptions, type FollowedChanges } from './follow-changes';
