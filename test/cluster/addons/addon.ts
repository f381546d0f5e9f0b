import type { Subject } from '../certificates/certificate.ts';

/** The user of every program that belongs to the cluster rather than to what is tested on it. */
export const ADDON: Subject = { commonName: 'cluster-addon', organizations: ['system:masters'] };
