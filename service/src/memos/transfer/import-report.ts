/** What became of an import, line by line: every line is imported, reported with its fault, or after the one to go on with. */
import { z } from 'zod';
import { fastApiDetail } from '../../http/errors/errors.ts';
import type { Language, Problem } from '../../http/errors/problem.ts';

/** What is wrong, as an error reply says it. */
const detail = z.union([
  z.string(),
  z.array(z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() })),
]);

/** The report as it goes over the wire. */
export const importReport = z
  .object({
    imported: z.int().min(0),
    failed: z.int().min(0),
    complete: z.boolean(),
    next_line: z.int().min(1).optional().meta({ description: 'Where `complete` is false: the line to go on with.' }),
    detail: detail.optional().meta({ description: 'Where `complete` is false: why.' }),
    errors: z.array(z.object({ line: z.int().min(1), detail })),
  })
  .meta({ id: 'ImportReport' });

/** Faults are held in memory: with more of them, the file is not what its sender takes it for. */
const MOST_FAULTS = 1_000;

export class ImportReport {
  #imported = 0;
  #faults: { readonly line: number; readonly problem: Problem }[] = [];
  #interruption: { readonly line: number; readonly problem: Problem } | undefined;

  get imported(): number {
    return this.#imported;
  }

  get full(): boolean {
    return this.#faults.length >= MOST_FAULTS;
  }

  took(count: number): void {
    this.#imported += count;
  }

  refused(line: number, problem: Problem): void {
    this.#faults.push({ line, problem });
  }

  /** Nothing from this line on was taken. */
  interrupted(line: number, problem: Problem): void {
    this.#interruption = { line, problem };
    this.#faults = this.#faults.filter((fault) => fault.line < line);
  }

  /** 207: not all of it was taken. */
  get status(): number {
    return this.#interruption === undefined && this.#faults.length === 0 ? 200 : 207;
  }

  json(language: Language): string {
    const interruption = this.#interruption;
    return JSON.stringify({
      imported: this.#imported,
      failed: this.#faults.length,
      complete: interruption === undefined,
      ...(interruption && { next_line: interruption.line, ...fastApiDetail(interruption.problem, language) }),
      errors: this.#faults.map(({ line, problem }) => ({ line, ...fastApiDetail(problem, language) })),
    });
  }
}
