/**
 * The first initialisation of a volume, safe against a kill at any moment. The image's entrypoint takes a data folder with
 * system tables in it for a finished one: killed half-way, it would serve a database without the app's schema and users,
 * and with a root that needs no password, for ever. So a marker is written into the empty folder before anything else, and
 * removed by the last of the init scripts; a folder that still has it was never reachable by network, and is emptied.
 * A folder without the marker is never touched, whoever made it.
 */
import { databaseName } from '../../api/names.ts';

/** Where the image keeps its data, and runs scripts from when that folder is empty. */
export const dataFolder = '/var/lib/mysql';
export const initFolder = '/docker-entrypoint-initdb.d';

const marker = `${dataFolder}/.memo-initialising`;

/** The last by its name: what the scripts before it did is on the disk before the marker goes. */
const lastScript = '99-initialised.sh';

export const initialised: Readonly<Record<string, string>> = {
  [lastScript]: [`sync -f ${dataFolder}`, `rm -f ${marker}`, `sync ${dataFolder}`, ''].join('\n'),
};

/** In place of the image's command: looks at the data folder, then becomes the entrypoint. */
export const startCommand: readonly string[] = [
  '/bin/sh',
  '-euc',
  [
    // Tables of the app come over the network alone: where there are some, the database has served, whatever the marker says.
    `if [ -e ${marker} ] && ls ${dataFolder}/${databaseName}/*.ibd >/dev/null 2>&1; then rm ${marker}; fi`,
    `if [ -e ${marker} ]; then`,
    '  echo "The first initialisation was cut short: it begins again with an empty data folder."',
    `  find ${dataFolder} -mindepth 1 ! -path ${marker} -delete`,
    `elif [ -z "$(ls -A ${dataFolder})" ]; then`,
    // No marker without the script that removes it.
    `  ls ${initFolder}/${lastScript} >/dev/null`,
    `  : >${marker}`,
    `  sync ${dataFolder}`,
    'fi',
    'exec docker-entrypoint.sh mariadbd',
  ].join('\n'),
];
