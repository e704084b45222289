/** Puts the value last in line; where the map then holds more than `most`, the first in line is forgotten. */
export function remember<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [first] = map.keys();
  map.delete(first as string);
}
