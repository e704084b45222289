export { loadInferenceConfig } from "./config.ts";
export { type Inference, type InferenceOptions, startInference } from "./start.ts";
