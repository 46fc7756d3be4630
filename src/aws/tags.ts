/** Gives tags as the APIs of Parameter Store and Secrets Manager take them. */
export function tagListOf(tags: Readonly<Record<string, string>>): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));
}

/** Gives tags by key; `list`: as these APIs give them. */
export function tagsOf(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(list.map(({ Key: key = '', Value: value = '' }) => [key, value]));
}
