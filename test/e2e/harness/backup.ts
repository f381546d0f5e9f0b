/** What the pages tell to type about its memos, typed on the sample's MemoApp: around its deletion, and into its database. */
import { openShell } from '../../operator/harness/shell.ts';
import { typedOn } from '../../operator/install/typed.ts';
import { sampleApp } from './sample.ts';
import type { Stage } from './stage.ts';

/** A folder to save into, where the sample's namespace is the current one. */
export interface Desk {
  /** Types the block of a section, line by line. */
  type(heading: 'Save' | 'Bring back' | 'Into a managed database'): Promise<void>;
  /** Types what a page does not say: it has to be there by then. */
  typeOwn(command: string): Promise<void>;
  /** Types one that stands in a sentence. */
  typeOne(beginning: string): Promise<void>;
  clear(): Promise<void>;
}

export async function openDesk({ cluster }: Stage): Promise<Desk> {
  const shell = await openShell(cluster);
  const commands = ['backup', 'original'].flatMap(typedOn);
  const typed = async (command: string): Promise<void> => {
    await shell.type(command.replaceAll(/\bNAME\b/g, sampleApp.name));
  };
  await typed(`kubectl config set-context --current --namespace=${sampleApp.namespace}`);
  return {
    type: async (wanted) => {
      for (const { command } of commands.filter(({ heading, inBlock }) => heading === wanted && inBlock)) {
        await typed(command);
      }
    },
    typeOwn: typed,
    typeOne: async (beginning) => {
      const found = commands.find(({ command }) => command.startsWith(beginning));
      if (!found) throw new Error(`no page has a command that begins with "${beginning}"`);
      await typed(found.command);
    },
    clear: async () => await shell.close(),
  };
}
