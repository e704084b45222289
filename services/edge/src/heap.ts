import { setFlagsFromString } from "node:v8";

/**
 * Keeps this process's JavaScript heap near what it needs: the young generation stays as small as it begins
 * (docs/adr/0006-small-heap.md). To be called before the heap has grown; V8 reads the setting whenever it would grow.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
