/**
 * Builds binaries from a published Go module, with the module as the main one: its own go.mod and go.sum decide every
 * version, as upstream tested them. The files in the module cache stay untouched; a changed copy of go.mod is named to
 * `go build` instead, because a published module's replacements by neighbouring folders lead nowhere.
 */
import { access, chmod, copyFile, cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from '../host/command.ts';
import type { Log } from '../host/progress.ts';
import { withTicker } from '../host/progress.ts';
import type { Go } from './go.ts';
import type { Recipe } from './tools.ts';

interface Replacement {
  readonly Old: { readonly Path: string };
  readonly New: { readonly Path: string; readonly Version?: string };
}

/** @returns the folder of the module's files in the module cache. */
export async function downloadModule(go: Go, module: string, version: string, log: Log): Promise<string> {
  const what = `downloading ${module}@${version}`;
  const command = run(go.command, ['mod', 'download', '-json', `${module}@${version}`], { env: go.env, cwd: '/' });
  const answer = await withTicker(log, what, 15, command);
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

/** Builds every binary of the recipe into `output`, working in `scratch`. */
export async function buildModule(go: Go, recipe: Recipe, output: string, scratch: string, log: Log): Promise<void> {
  const source = await downloadModule(go, recipe.module, recipe.version, log);
  const modfile = await adaptedModfile(go, recipe, source, scratch);
  await mkdir(output, { recursive: true });
  for (const [binary, folder] of Object.entries(recipe.binaries)) {
    const flags = ['-trimpath', '-mod=mod', `-modfile=${modfile}`];
    if (recipe.tags !== undefined) flags.push('-tags', recipe.tags);
    if (recipe.ldflags !== undefined) flags.push('-ldflags', recipe.ldflags);
    const build = run(go.command, ['build', ...flags, '-o', join(output, binary), folder], {
      env: go.env,
      cwd: source,
    });
    await withTicker(log, `building ${binary} ${recipe.version}`, 15, build);
  }
  for (const [name, folder] of Object.entries(recipe.folders ?? {})) {
    await cp(join(source, folder), join(output, name), { recursive: true });
  }
}

async function adaptedModfile(go: Go, recipe: Recipe, source: string, scratch: string): Promise<string> {
  const modfile = join(scratch, 'go.mod');
  for (const name of ['go.mod', 'go.sum']) {
    await copyFile(join(source, name), join(scratch, name));
    await chmod(join(scratch, name), 0o644);
  }
  const parsed = JSON.parse(
    await run(go.command, ['mod', 'edit', '-json', modfile], { env: go.env, cwd: scratch }),
  ) as {
    Replace: Replacement[] | null;
  };
  const edits: string[] = [];
  for (const { Old, New } of parsed.Replace ?? []) {
    const isFolder = New.Version === undefined;
    if (!isFolder || (await isModule(join(source, New.Path)))) continue;
    if (recipe.siblings === undefined) edits.push(`-dropreplace=${Old.Path}`);
    else edits.push(`-replace=${Old.Path}=${Old.Path}@${recipe.siblings}`);
  }
  if (edits.length > 0) await run(go.command, ['mod', 'edit', ...edits, modfile], { env: go.env, cwd: scratch });
  return modfile;
}

async function isModule(folder: string): Promise<boolean> {
  return await access(join(folder, 'go.mod')).then(
    () => true,
    () => false,
  );
}
