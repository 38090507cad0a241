/** The sections of the changelog: '## Unreleased', '## 0.2.0 (2026-05-01)'. */

/** What stands under one version. @throws Error with what to do before it can be released */
export function notesOf(changelog: string, version: string): string {
  const sections = new Map(
    changelog
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [heading = '', ...lines] = section.split('\n');
        return [heading.split(' ')[0] ?? '', lines.join('\n').trim()] as const;
      }),
  );
  const notes = sections.get(version) ?? '';
  if (notes === '')
    throw new Error(`CHANGELOG.md says nothing of ${version}: rename Unreleased to "${version} (date)".`);
  if ((sections.get('Unreleased') ?? '') !== '') {
    throw new Error(`CHANGELOG.md still has lines under Unreleased, which are in ${version}: move them there.`);
  }
  return notes;
}
