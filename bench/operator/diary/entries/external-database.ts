/** From the managed database to one of others, and back. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

/** As in the file. */
const managed = {
  managed: {
    version: '11.8',
    storage: { size: '2Gi' },
    resources: { requests: { cpu: '100m', memory: '384Mi' }, limits: { memory: '768Mi' } },
  },
};

export const externalDatabase: Entry = {
  name: 'external-database',
  title: 'To a database that others run, and back',
  occasion: 'The database team offers a MariaDB in the namespace `dba`. It is empty; this is a rehearsal.',
  lesson:
    'No memo is copied, in neither direction, and each database gives ids of its own: what was written before is another memo afterwards, or none. No memo is written to both, because all pods of the API end before one with the other database starts. For a move in earnest nobody may write: see [Stores that others run](admin.md#stores-that-others-run). The volume of the managed database and its passwords stay, and are found again on the way back.',
  play: async (desk, first) => {
    await desk.prepare([
      'kubectl create namespace dba',
      'kubectl create secret generic mariadb -n dba --from-literal=password="$(head -c 18 /dev/urandom | base64)"',
      'kubectl apply -f mariadb.yaml',
      'kubectl rollout status -n dba deployment/mariadb --timeout=120s',
    ]);
    await desk.answerTo(first);
    await desk.act({
      what: 'The external database, with a typing error',
      edit: {
        file,
        change: set([
          'spec.database',
          { external: { host: 'mariadb.dbs.svc', credentialsSecret: { name: 'club-database' } } },
        ]),
      },
      type: [
        `password=$(kubectl get secret mariadb -n dba -o jsonpath='{.data.password}' | base64 -d)`,
        'kubectl create secret generic club-database --from-literal=username=club --from-literal=password="$password"',
        ...apply,
      ],
      until: { kind: 'says', reason: 'Unreachable', standing: 5 },
      concerns: ['api', 'database'],
      find: [async () => `The memo of before ${await desk.answerTo(first)}.`],
    });
    await desk.act({
      what: 'Put right',
      edit: { file, change: set(['spec.database.external.host', 'mariadb.dba.svc']) },
      type: apply,
      until: ready,
      concerns: ['api', 'database'],
      show: ['kubectl get pvc,secret -l memo.sogangcomputerclub.org/part=database'],
      find: [async () => `A memo of the managed database ${await desk.answerTo(first)}.`],
    });
    await desk.act({
      what: 'Back to the managed one',
      edit: { file, change: set(['spec.database', managed]) },
      type: apply,
      until: ready,
      concerns: ['api', 'database'],
      find: [async () => `The memo of before ${await desk.answerTo(first)}.`],
    });
  },
};
