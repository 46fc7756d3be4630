/** How many parameters are in one directory. */
export const itemsInMemory = 10_000;

/** Where they are. */
export const memoryDirectory = '/many/prod';

/** Name of one; they repeat after the last. */
export function itemName(index: number): string {
  return `setting_${index % itemsInMemory}`;
}
