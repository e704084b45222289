export { checkModel, type ModelReport } from "./check.ts";
export { identityOf } from "./identity.ts";
export type { NamedTensor, TensorInfo, Timing } from "./messages.ts";
export { type Model, type ModelOptions, type Output, openModel } from "./model.ts";
export { ModelSlot } from "./slot.ts";
