/** What a secret holds: a text, or bytes as base64. */
export type SecretContent = { readonly text: string } | { readonly binary: string };

/** One version of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly content: SecretContent;
  readonly createdAtMs: number;
  /** Staging labels; a version without any is deprecated. */
  readonly stages: readonly string[];
}

/**
 * Moves a staging label to one version.
 *
 * The version that loses `AWSCURRENT` becomes `AWSPREVIOUS`, as in the real service.
 *
 * @param toId - Version that receives the label; when no version has this id the label is only taken away.
 */
export function moveStage(versions: readonly SecretVersion[], stage: string, toId: string): readonly SecretVersion[] {
  const from = versions.find((each) => each.stages.includes(stage));
  const moved = versions.map((each) => {
    const others = each.stages.filter((other) => other !== stage);
    return { ...each, stages: each.id === toId ? [...others, stage] : others };
  });
  if (stage !== 'AWSCURRENT' || from === undefined || from.id === toId) return moved;
  return moveStage(moved, 'AWSPREVIOUS', from.id);
}

/** Adds a version and moves its staging labels to it; the first version of a secret is always current. */
export function addVersion(versions: readonly SecretVersion[], added: SecretVersion): readonly SecretVersion[] {
  const stages = versions.length === 0 ? new Set([...added.stages, 'AWSCURRENT']) : added.stages;
  const all: readonly SecretVersion[] = [...versions, { ...added, stages: [] }];
  return [...stages].reduce((moved, stage) => moveStage(moved, stage, added.id), all);
}

/** Maps version ids to staging labels, deprecated versions left out. */
export function versionsToStages(versions: readonly SecretVersion[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]));
}

/** Tells whether two contents are the same, so that a repeated request can be told from a conflicting one. */
export function isSameContent(one: SecretContent, other: SecretContent): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
