export {
  type BatchResponse,
  type ChangeContext,
  type ChangeHandler,
  type ChangeHandlerOptions,
  createChangeHandler,
} from './change-handler';
