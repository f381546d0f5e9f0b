/** From the managed database to one of others, and back. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const externalDatabase: Entry = {
  name: 'external-database',
  title: 'To a database that others run, and back',
  occasion: 'The database team offers a MariaDB in the namespace `dba`. It is empty; this is a rehearsal.',
  lesson:
    'No memo is copied, in neither direction, and while the API is rolled its old pods write to the old database and its new ones to the new; each gives ids of its own, so what was written through one pod is another memo, or none, to the other. For a move in earnest nobody may write: see [Stores that others run](admin.md#stores-that-others-run). The volume of the managed database and its passwords stay, and are found again on the way back.',
  play: async (desk, first) => {
    await desk.prepare([
      'kubectl create namespace dba',
      'kubectl create secret generic mariadb -n dba --from-literal=password="$(head -c 18 /dev/urandom | base64)"',
      'kubectl apply -f mariadb.yaml',
      'kubectl rollout status -n dba deployment/mariadb --timeout=120s',
    ]);
    await desk.answerTo(first);
    await desk.act({
      what: 'The external database',
      edit: {
        file,
        change: set([
          'spec.database',
          { external: { host: 'mariadb.dba.svc', credentialsSecret: { name: 'club-database' } } },
        ]),
      },
      type: [
        `password=$(kubectl get secret mariadb -n dba -o jsonpath='{.data.password}' | base64 -d)`,
        'kubectl create secret generic club-database --from-literal=username=club --from-literal=password="$password"',
        ...apply,
      ],
      until: ready,
      concerns: ['api', 'database'],
      show: ['kubectl get pvc,secret -l memo.sogangcomputerclub.org/part=database'],
      find: [async () => `A memo of the managed database ${await desk.answerTo(first)}.`],
    });
    await desk.act({
      what: 'Back to the managed one',
      edit: { file, change: 'undo' },
      type: apply,
      until: ready,
      concerns: ['api', 'database'],
      find: [async () => `The memo of before ${await desk.answerTo(first)}.`],
    });
  },
};
