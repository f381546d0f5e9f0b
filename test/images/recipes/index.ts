import type { Recipe } from './recipe.ts';
import { debian } from './debian.ts';
import { mariadb } from './mariadb.ts';
import { redis } from './redis.ts';

/** Every stand-in, by the name of its root file system. */
export const recipes = { debian, redis, mariadb } satisfies Record<string, Recipe>;
