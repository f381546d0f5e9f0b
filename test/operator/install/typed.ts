/** What the pages for admins tell to type: the blocks of shell, and what begins with a program of the cluster in a sentence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '../../../docs');

/** A command as a page has it, with NAME and its like still in it. */
export interface Typed {
  readonly page: string;
  /** Of the section, without its marks. */
  readonly heading: string;
  readonly command: string;
  /** A line of a block; else it stands in a sentence. */
  readonly inBlock: boolean;
}

/** All commands of a page, in its order. */
export function typedOn(page: string): Typed[] {
  const text = readFileSync(join(docs, `${page}.md`), 'utf8');
  return text.split(/^#+ /m).flatMap((section) => {
    const [heading = ''] = section.split('\n', 1);
    return commandsIn(section).map((found) => ({ page, heading, ...found }));
  });
}

/** A block of code with its language, or a command within a sentence. */
const code = /^ *```(?<language>\w*)\n(?<block>.*?)^ *```$|`(?<command>(?:kubectl|helm)\s[^`]*)`/gms;

function commandsIn(section: string): Pick<Typed, 'command' | 'inBlock'>[] {
  return [...section.matchAll(code)].flatMap(({ groups }) => {
    const { block, command = '', language }: Readonly<Record<string, string | undefined>> = groups ?? {};
    const inBlock = block !== undefined;
    const lines = inBlock ? (language === 'sh' ? block.split('\n') : []) : [command.replaceAll(/\s+/g, ' ')];
    const commands = lines.map((line) => line.replace(/ +#.*/, '').trim()).filter((line) => line !== '');
    return commands.map((each) => ({ command: each, inBlock }));
  });
}
