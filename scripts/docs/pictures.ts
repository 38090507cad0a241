/** The timelines on the pages of the documentation, drawn from recordings of real fights. */
import { replayFiles } from '../../src/commands/replay.ts';
import { renderPicture } from '../../src/web/picture/standalone.ts';

/** What each is to show: file in docs/pictures, without its ending, and recording. */
export const PICTURES: Readonly<Record<string, string>> = {
  'hpa-against-self-heal': 'fleet-eu',
  'keda-scales-to-zero': 'keda-zero',
  'template-fight': 'template-tug',
  'two-applications': 'shared',
};

/** The first conflict of a recording, as SVG. @throws Error with a sentence when there is none */
export async function drawPicture(file: string): Promise<string> {
  const { report } = await replayFiles([file]);
  const [conflict] = report.conflicts;
  const picture = conflict === undefined ? null : renderPicture(conflict, report.window.to);
  if (picture === null) throw new Error(`${file} has no conflict to draw: name the folder the recordings are in.`);
  return picture;
}
