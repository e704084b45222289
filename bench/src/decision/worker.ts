import { parentPort, workerData } from "node:worker_threads";
import { type Trial, tryAll } from "./trials.ts";

parentPort!.postMessage(await tryAll(workerData as Trial), []);
