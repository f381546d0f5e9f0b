/**
 * Types of the MemoApp API, generated from crds/memo.sogangcomputerclub.org_memoapps.yaml by
 * scripts/generate-types.ts. Change the schema, then run `npm run generate`.
 */
import type { KubeObject } from '../runtime/object.ts';

/** A MemoApp as the API server stores it: leaf defaults filled in, unions as the admin wrote them. */
export interface MemoApp extends KubeObject {
  apiVersion: 'memo.sogangcomputerclub.org/v1alpha1';
  kind: 'MemoApp';
  spec: MemoAppSpec;
  status?: MemoAppStatus;
}

/**
 * What the stack shall be. The operator never writes here. `{}` is complete: a managed database, cache and events, two API pods, no route.
 */
export interface MemoAppSpec {
  /**
   * Release of the memo service, as `1.4.0`; also the tag of its image, or what its digest holds. status.version follows once it serves. When absent: the operator's default release at first sight, kept in status.version from then on, so that a newer operator upgrades nothing by itself.
   */
  version?: string;
  /**
   * Running, or Stopped: every pod is stopped, the API first and its stores after it; volumes, Secrets, Services and routes stay, and Ready is True with reason Stopped. Running again loses nothing.
   */
  state?: 'Running' | 'Stopped';
  /**
   * What becomes of volumes and the Secrets that open them when the MemoApp is deleted. Retain: they stay, and a new MemoApp of the same name takes them up again, data and passwords. Delete: they go too. After a change, wait until status.observedGeneration has reached metadata.generation before deleting.
   */
  deletionPolicy?: 'Retain' | 'Delete';
  /**
   * Secrets of this namespace for pulling images, as `[{name: registry}]`; used by every pod.
   *
   * Items: A Secret of type kubernetes.io/dockerconfigjson.
   */
  imagePullSecrets?: {
    /**
     * Name of the Secret, as `registry`.
     */
    name: string;
  }[];
  /**
   * Labels put on every child and pod, as `{team: club}`. Changing one restarts the pods. Labels of the operator and of Kubernetes are refused.
   */
  commonLabels?: {
    [k: string]: string;
  };
  /**
   * The memo API: a Deployment `<name>-api`, rolled without an outage. When absent: two pods with the defaults below.
   */
  api?: {
    /**
     * Where the service image is pulled from. When absent: `memo-service`.
     */
    image?: {
      /**
       * Image name without a tag, as `registry.example/club/memo-service`; the tag is always the release.
       */
      repository?: string;
      /**
       * Pins the image, as `sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0`; in force over the tag, so that spec.version has to say what it holds.
       */
      digest?: string;
    };
    /**
     * Number of API pods, as `3`; also set by `kubectl scale memoapp`. When both this and autoscaling are absent: 2.
     */
    replicas?: number;
    /**
     * Scale the API by CPU, as `{minReplicas: 2, maxReplicas: 5}`. Instead of replicas; the operator then leaves the number of pods to the HorizontalPodAutoscaler.
     */
    autoscaling?: {
      /**
       * Fewest pods, as `3`. When absent: the smaller of 2 and maxReplicas.
       */
      minReplicas?: number;
      /**
       * Most pods, as `5`. The database allows connections for all of them, in steps of 512, 1024, 2048 and so on; a number that needs the next step restarts it.
       */
      maxReplicas: number;
      /**
       * How fast the number changes, as in autoscaling/v2: `{scaleDown: {stabilizationWindowSeconds: 600}}`. When absent: Kubernetes' own pace.
       */
      behavior?: {
        /**
         * Scaling up.
         */
        scaleUp?: {
          /**
           * How long the lowest wish of the past counts, as `60`.
           */
          stabilizationWindowSeconds?: number;
          /**
           * Which of the policies counts.
           */
          selectPolicy?: 'Max' | 'Min' | 'Disabled';
          /**
           * Steps, as `[{type: Pods, value: 1, periodSeconds: 60}]`.
           *
           * Items: How many pods, or percent of them, within a period.
           */
          policies?: {
            /**
             * What value counts.
             */
            type: 'Pods' | 'Percent';
            /**
             * The most within the period, as `2`.
             */
            value: number;
            /**
             * Length of the period, as `60`.
             */
            periodSeconds: number;
          }[];
        };
        /**
         * Scaling down.
         */
        scaleDown?: {
          /**
           * How long the highest wish of the past counts, as `600`.
           */
          stabilizationWindowSeconds?: number;
          /**
           * Which of the policies counts.
           */
          selectPolicy?: 'Max' | 'Min' | 'Disabled';
          /**
           * Steps, as `[{type: Pods, value: 1, periodSeconds: 60}]`.
           *
           * Items: How many pods, or percent of them, within a period.
           */
          policies?: {
            /**
             * What value counts.
             */
            type: 'Pods' | 'Percent';
            /**
             * The most within the period, as `2`.
             */
            value: number;
            /**
             * Length of the period, as `60`.
             */
            periodSeconds: number;
          }[];
        };
      };
      /**
       * CPU use, in percent of what the pods request, as `80`, at which the number stays as it is.
       */
      targetCPUUtilizationPercentage?: number;
    };
    /**
     * What an API pod may use. When absent: requests of 100m CPU and 256Mi, a limit of 1Gi, no CPU limit. A member that is absent has its own default, moved where it would contradict one that is given.
     */
    resources?: {
      /**
       * What the scheduler sets aside for the pod, as `{cpu: 100m, memory: 256Mi}`.
       */
      requests?: {
        /**
         * CPU, as `100m` or `1`.
         */
        cpu?: number | string;
        /**
         * Memory, as `512Mi` or `1Gi`.
         */
        memory?: number | string;
      };
      /**
       * What the pod is held to, as `{memory: 1Gi}`.
       */
      limits?: {
        /**
         * CPU, as `500m` or `1`. When absent: as much as the node has to spare.
         */
        cpu?: number | string;
        /**
         * Memory, as `512Mi`; at least 128Mi.
         */
        memory?: number | string;
      };
    };
    /**
     * Database connections of one API pod, all of them together. When absent: `{min: 10, max: 20}`.
     */
    connectionPool?: {
      /**
       * Connections kept open, as `5`. When absent: the smaller of 10 and max.
       */
      min?: number;
      /**
       * Most connections, as `40`; further requests wait for one, up to their deadline. The database allows them for all pods, in the steps that autoscaling.maxReplicas names.
       */
      max?: number;
    };
    /**
     * The least severe log lines that are written.
     */
    logLevel?: 'debug' | 'info' | 'warn' | 'error';
    /**
     * More variables for the API's container, as `[{name: TZ, value: Asia/Seoul}]` or with `valueFrom: {secretKeyRef: {name: s, key: k}}`. Names that the operator sets are refused.
     *
     * Items: One variable.
     */
    env?: {
      /**
       * Its name, as `TZ`.
       */
      name: string;
      /**
       * Its value, as `Asia/Seoul`.
       */
      value?: string;
      /**
       * A key of a Secret or ConfigMap of this namespace that holds its value. A change rolls the API.
       */
      valueFrom?: {
        /**
         * Key of a Secret, as `{name: s, key: k}`.
         */
        secretKeyRef?: {
          /**
           * Name of the Secret, as `mail`.
           */
          name: string;
          /**
           * The key, as `password`.
           */
          key: string;
        };
        /**
         * Key of a ConfigMap, as `{name: s, key: k}`.
         */
        configMapKeyRef?: {
          /**
           * Name of the ConfigMap, as `settings`.
           */
          name: string;
          /**
           * The key, as `time-zone`.
           */
          key: string;
        };
      };
    }[];
    /**
     * Which web pages of other origins may call the API. When absent: any, without credentials.
     */
    cors?: {
      /**
       * Origins, as `["https://sogangcomputerclub.org"]`, or `["*"]` for any. When absent: any. `[]`: none.
       */
      allowedOrigins?: string[];
    };
    /**
     * Who may call the API: who has an access token, as far as its roles go. When absent: everyone, as with the original, and where a route leads to the API the condition Ready says so.
     */
    auth?: {
      /**
       * Ask for access tokens (JWT), as `{issuer: "https://id.example", audience: memo, jwks: {url: "https://id.example/keys"}}`. The kind of key decides on the algorithms, never the token.
       */
      jwt: {
        /**
         * The `iss` that a token must have, as `https://id.example`.
         */
        issuer: string;
        /**
         * What the `aud` of a token must be or hold, as `memo`.
         */
        audience: string;
        /**
         * The claim that names the roles, as a list or as words: reader reads, writer changes as well, admin may do everything. Dots lead into claims within claims, as `realm_access.roles`.
         */
        rolesClaim?: string;
        /**
         * The issuer's published keys (RS, PS, ES or Ed25519), as `{url: "https://id.example/keys"}`. They are fetched again when they change, and used on for a day while the address is away.
         */
        jwks?: {
          /**
           * Where the keys are, as `https://id.example/keys`; the network policy lets the API out to this port.
           */
          url: string;
        };
        /**
         * A key of a Secret that holds what tokens are signed with (HS256), at least 32 bytes, as `{name: tokens, key: signing-key}`. A change rolls the API.
         */
        secret?: {
          /**
           * Name of the Secret, in this namespace, as `tokens`.
           */
          name: string;
          /**
           * The key, as `signing-key`.
           */
          key: string;
        };
      };
    };
    /**
     * How much one client may ask for, as `{write: {requests: 30, per: 1m}}`: whoever a token was issued to, or an address. Counted in the cache for all pods together. When absent: as much as it likes.
     */
    rateLimits?: {
      /**
       * Requests that read, as `{requests: 600, per: 1m}`. When absent: not limited.
       */
      read?: {
        /**
         * The most of one client within the time, as `600`.
         */
        requests: number;
        /**
         * The time in which they are counted, as `1m`; from one second to a day.
         */
        per: string;
      };
      /**
       * Requests that change something, as `{requests: 30, per: 1m}`. When absent: not limited.
       */
      write?: {
        /**
         * The most of one client within the time, as `30`.
         */
        requests: number;
        /**
         * The time in which they are counted, as `1m`; from one second to a day.
         */
        per: string;
      };
      /**
       * Searches, as `{requests: 60, per: 1m}`. When absent: not limited.
       */
      search?: {
        /**
         * The most of one client within the time, as `60`.
         */
        requests: number;
        /**
         * The time in which they are counted, as `1m`; from one second to a day.
         */
        per: string;
      };
    };
    /**
     * Networks of the proxies whose `X-Forwarded-For` tells the address of a client, as `[10.244.0.0/16]`. When absent: none, and all clients behind one proxy are one client of rateLimits.
     */
    trustedProxies?: string[];
    /**
     * The paths without /v1 that the first clients use, as `/memos/`. Enabled: they are served as /v1/memos/ is. Deprecated: so too, with headers that say so and name the path to use instead, and, where env holds LEGACY_PATHS_SUNSET, the day they go away. Disabled: they are 404.
     */
    legacyPaths?: 'Enabled' | 'Deprecated' | 'Disabled';
    /**
     * Where and how the pods run, as `{nodeSelector: {disk: ssd}}`. A change restarts them. nodeSelector, tolerations, priorityClassName and the nodeAffinity of affinity are those of the Jobs too, which run the same image.
     */
    pod?: {
      /**
       * Labels of the pods alone, beside commonLabels, as `{team: club}`.
       */
      labels?: {
        [k: string]: string;
      };
      /**
       * Annotations of the pods for a log collector or a service mesh, as `{linkerd.io/inject: enabled}`.
       */
      annotations?: {
        [k: string]: string;
      };
      /**
       * Labels that a node must carry, as `{disk: ssd}`.
       */
      nodeSelector?: {
        [k: string]: string;
      };
      /**
       * Taints of nodes that do not keep the pods away, as `[{key: dedicated, operator: Exists}]`.
       *
       * Items: A toleration as in core/v1.
       */
      tolerations?: {
        /**
         * Key of the taint, as `dedicated`; absent, with Exists: any.
         */
        key?: string;
        /**
         * How value is compared.
         */
        operator?: 'Exists' | 'Equal';
        /**
         * Value of the taint, as `club`.
         */
        value?: string;
        /**
         * Effect of the taint; absent: any.
         */
        effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
        /**
         * How long NoExecute is put up with, as `300`.
         */
        tolerationSeconds?: number;
      }[];
      affinity?: Affinity;
      /**
       * PriorityClass of the pods, as `important`.
       */
      priorityClassName?: string;
      /**
       * Seconds from the wish to stop to the kill, as `60`; at least 30, so that requests end well.
       */
      terminationGracePeriodSeconds?: number;
      /**
       * Default: the pods spread over nodes, where that is possible. Disabled: the scheduler decides alone.
       */
      topologySpread?: 'Default' | 'Disabled';
    };
    /**
     * How many API pods a node drain may take at a time. When absent: 1.
     */
    disruptionBudget?: {
      /**
       * Pods that may be evicted at the same time, as `2`; at least 1: a budget of 0 would block every drain.
       */
      maxUnavailable?: number;
    };
  };
  /**
   * MariaDB, where the memos are. When absent: `managed: {}`. Going from one member to the other copies no memo: the volume and its Secrets stay, and the other database is used as it is.
   */
  database?: {
    /**
     * A MariaDB that the operator runs: a StatefulSet `<name>-database` of one pod with a volume. Its accounts are in Secrets `<name>-database-...`, written once.
     */
    managed?: {
      /**
       * Where the image of MariaDB is pulled from. When absent: `mariadb`.
       */
      image?: {
        /**
         * Image name without a tag, as `registry.example/club/mariadb`; the tag is spec.database.managed.version.
         */
        repository?: string;
        /**
         * Pins the image, as `sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0`; in force over the tag, so that spec.database.managed.version has to say what it holds.
         */
        digest?: string;
      };
      /**
       * MariaDB version, a tag of the image, as `"11.8"` or `"11.8.3"`. Raising it upgrades the data; it never goes back below one that has run on the volume; one that never started can be taken back. When absent: the version that has run on the volume, 11.8 on an empty one.
       */
      version?: string;
      /**
       * The volume of the database. When absent: 10Gi of the default StorageClass.
       */
      storage?: {
        /**
         * Size of the volume, as `20Gi`. It can grow, where the StorageClass allows expansion, and never shrinks.
         */
        size?: string;
        /**
         * StorageClass of the volume, as `fast`. When absent: the cluster's default. It cannot be changed once there is a volume, only while its claim waits for a class that is not there (`VolumePending`).
         */
        className?: string;
      };
      /**
       * The account of the API, as `{name: app-secrets}`, which the first initialisation makes; a later change is told by the condition DatabaseReady and not applied. When absent: it is generated, as those of root and of the schema migration are always.
       */
      credentialsSecret?: {
        /**
         * Name of the Secret, in this namespace, as `app-secrets`.
         */
        name: string;
        /**
         * Key of the user name, as `MARIADB_USER`; the name is of letters, digits, _, . and -.
         */
        usernameKey?: string;
        /**
         * Key of the password, as `MARIADB_PASSWORD`; it is in printable ASCII.
         */
        passwordKey?: string;
      };
      /**
       * More of MariaDB's section [mariadbd], as `{innodb_buffer_pool_size: 512M, max_connections: 1000}`, with "ON" and "OFF" in quotes. When absent: a buffer pool of half the memory limit, and connections for every API pod. A change restarts the database.
       */
      settings?: {
        [k: string]: number | string;
      };
      /**
       * Where and how the pods run, as `{nodeSelector: {disk: ssd}}`. A change restarts them.
       */
      pod?: {
        /**
         * Labels of the pods alone, beside commonLabels, as `{team: club}`.
         */
        labels?: {
          [k: string]: string;
        };
        /**
         * Annotations of the pods for a log collector or a service mesh, as `{linkerd.io/inject: enabled}`.
         */
        annotations?: {
          [k: string]: string;
        };
        /**
         * Labels that a node must carry, as `{disk: ssd}`.
         */
        nodeSelector?: {
          [k: string]: string;
        };
        /**
         * Taints of nodes that do not keep the pods away, as `[{key: dedicated, operator: Exists}]`.
         *
         * Items: A toleration as in core/v1.
         */
        tolerations?: {
          /**
           * Key of the taint, as `dedicated`; absent, with Exists: any.
           */
          key?: string;
          /**
           * How value is compared.
           */
          operator?: 'Exists' | 'Equal';
          /**
           * Value of the taint, as `club`.
           */
          value?: string;
          /**
           * Effect of the taint; absent: any.
           */
          effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
          /**
           * How long NoExecute is put up with, as `300`.
           */
          tolerationSeconds?: number;
        }[];
        affinity?: Affinity;
        /**
         * PriorityClass of the pods, as `important`.
         */
        priorityClassName?: string;
        /**
         * Seconds that MariaDB has to write back what it holds, as `600`; at least 300.
         */
        terminationGracePeriodSeconds?: number;
      };
      /**
       * What the database pod may use. When absent: requests of 100m CPU and 512Mi, a limit of 1Gi, no CPU limit. A member that is absent has its own default, moved where it would contradict one that is given.
       */
      resources?: {
        /**
         * What the scheduler sets aside for the pod, as `{cpu: 100m, memory: 256Mi}`.
         */
        requests?: {
          /**
           * CPU, as `100m` or `1`.
           */
          cpu?: number | string;
          /**
           * Memory, as `512Mi` or `1Gi`.
           */
          memory?: number | string;
        };
        /**
         * What the pod is held to, as `{memory: 1Gi}`. The store sizes its caches by the memory limit.
         */
        limits?: {
          /**
           * CPU, as `500m` or `1`. When absent: as much as the node has to spare.
           */
          cpu?: number | string;
          /**
           * Memory, as `2Gi`; at least 256Mi.
           */
          memory?: number | string;
        };
      };
    };
    /**
     * A MariaDB, 10.6 or later, that somebody else runs, as `{host: db.example, credentialsSecret: {name: db}}`. Allow (API pods + 1) x connectionPool.max connections on it.
     */
    external?: {
      /**
       * Host name or address, as `db.example`.
       */
      host: string;
      /**
       * Port of the database, as `3307`.
       */
      port?: number;
      /**
       * Name of the database, as `memos`; it must be there.
       */
      database?: string;
      /**
       * The account of the API, as `{name: db}`. It has to select, insert, update and delete.
       */
      credentialsSecret: {
        /**
         * Name of the Secret, in this namespace, as `db`.
         */
        name: string;
        /**
         * Key of the user name, as `user`.
         */
        usernameKey?: string;
        /**
         * Key of the password, as `pass`.
         */
        passwordKey?: string;
      };
      /**
       * The account of the schema migration, with all rights on the database. When absent: credentialsSecret, which then needs them, and the condition DatabaseReady says so.
       */
      migrationCredentialsSecret?: {
        /**
         * Name of the Secret, in this namespace, as `db-owner`.
         */
        name: string;
        /**
         * Key of the user name, as `user`.
         */
        usernameKey?: string;
        /**
         * Key of the password, as `pass`.
         */
        passwordKey?: string;
      };
      /**
       * Speak TLS, as `{caSecret: {name: db-ca}}`. When absent: plain text.
       */
      tls?: {
        /**
         * How the server is checked. VerifyFull: its certificate is signed by the authority and names the host. VerifyCA: it is signed by the authority.
         */
        mode?: 'VerifyCA' | 'VerifyFull';
        /**
         * Where the authority is, as `{name: db-ca}`. When absent: the public authorities.
         */
        caSecret?: {
          /**
           * Name of the Secret, in this namespace, as `db-ca`.
           */
          name: string;
          /**
           * Key of the certificates, in PEM, as `root.pem`.
           */
          key?: string;
        };
      };
    };
  };
  /**
   * Redis, in front of the database. When absent: `managed: {}`. The app is slower without it, not less right.
   */
  cache?: {
    /**
     * How long a memo stays in the cache, 1s to 300s, as `60s` or `5m`.
     */
    ttl?: string;
    /**
     * A Redis, 7.0 or later, that somebody else runs, as `{url: "rediss://cache.example:6380"}`. Only keys that begin with memo: are written.
     */
    external?: {
      /**
       * Where it is, as `redis://cache.example:6379/0`, or with rediss:// for TLS.
       */
      url: string;
      /**
       * The account, as `{name: cache}`. When absent: Redis asks for none.
       */
      credentialsSecret?: {
        /**
         * Name of the Secret, in this namespace, as `cache`.
         */
        name: string;
        /**
         * Key of the user name, as `user`. When absent: the default user.
         */
        usernameKey?: string;
        /**
         * Key of the password, as `pass`.
         */
        passwordKey?: string;
      };
      /**
       * How a rediss:// is checked, as `{caSecret: {name: ca}}`. When absent: by the public authorities.
       */
      tls?: {
        /**
         * How the server is checked. VerifyFull: its certificate is signed by the authority and names the host. VerifyCA: it is signed by the authority.
         */
        mode?: 'VerifyCA' | 'VerifyFull';
        /**
         * Where the authority is, as `{name: db-ca}`. When absent: the public authorities.
         */
        caSecret?: {
          /**
           * Name of the Secret, in this namespace, as `cache-ca`.
           */
          name: string;
          /**
           * Key of the certificates, in PEM, as `root.pem`.
           */
          key?: string;
        };
      };
    };
    /**
     * No cache: every read goes to the database. Written as `disabled: {}`.
     */
    disabled?: {};
    /**
     * A Redis that the operator runs: a StatefulSet `<name>-cache` of one pod, memory only.
     */
    managed?: {
      /**
       * Where the image of Redis is pulled from. When absent: `redis`.
       */
      image?: {
        /**
         * Image name without a tag, as `registry.example/club/redis`; the tag is spec.cache.managed.version.
         */
        repository?: string;
        /**
         * Pins the image, as `sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0`; in force over the tag, so that spec.cache.managed.version has to say what it holds.
         */
        digest?: string;
      };
      /**
       * Redis version, 7.0 or later, a tag of the image, as `"8.0"` or `"8.0.3"`. When absent: the version that runs, 8.0 at first.
       */
      version?: string;
      /**
       * What Redis drops when its memory is full.
       */
      maxMemoryPolicy?:
        | 'allkeys-lru'
        | 'allkeys-lfu'
        | 'allkeys-random'
        | 'volatile-lru'
        | 'volatile-lfu'
        | 'volatile-random'
        | 'volatile-ttl';
      /**
       * Where and how the pods run, as `{nodeSelector: {disk: ssd}}`. A change restarts them.
       */
      pod?: {
        /**
         * Labels of the pods alone, beside commonLabels, as `{team: club}`.
         */
        labels?: {
          [k: string]: string;
        };
        /**
         * Annotations of the pods for a log collector or a service mesh, as `{linkerd.io/inject: enabled}`.
         */
        annotations?: {
          [k: string]: string;
        };
        /**
         * Labels that a node must carry, as `{disk: ssd}`.
         */
        nodeSelector?: {
          [k: string]: string;
        };
        /**
         * Taints of nodes that do not keep the pods away, as `[{key: dedicated, operator: Exists}]`.
         *
         * Items: A toleration as in core/v1.
         */
        tolerations?: {
          /**
           * Key of the taint, as `dedicated`; absent, with Exists: any.
           */
          key?: string;
          /**
           * How value is compared.
           */
          operator?: 'Exists' | 'Equal';
          /**
           * Value of the taint, as `club`.
           */
          value?: string;
          /**
           * Effect of the taint; absent: any.
           */
          effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
          /**
           * How long NoExecute is put up with, as `300`.
           */
          tolerationSeconds?: number;
        }[];
        affinity?: Affinity;
        /**
         * PriorityClass of the pods, as `important`.
         */
        priorityClassName?: string;
        /**
         * Seconds from the wish to stop to the kill, as `30`.
         */
        terminationGracePeriodSeconds?: number;
      };
      /**
       * What the cache pod may use. When absent: requests of 50m CPU and 64Mi, a limit of 128Mi, no CPU limit. A member that is absent has its own default, moved where it would contradict one that is given.
       */
      resources?: {
        /**
         * What the scheduler sets aside for the pod, as `{cpu: 100m, memory: 256Mi}`.
         */
        requests?: {
          /**
           * CPU, as `100m` or `1`.
           */
          cpu?: number | string;
          /**
           * Memory, as `512Mi` or `1Gi`.
           */
          memory?: number | string;
        };
        /**
         * What the pod is held to, as `{memory: 1Gi}`. The store sizes its caches by the memory limit.
         */
        limits?: {
          /**
           * CPU, as `500m` or `1`. When absent: as much as the node has to spare.
           */
          cpu?: number | string;
          /**
           * Memory, as `256Mi`; at least 32Mi.
           */
          memory?: number | string;
        };
      };
    };
  };
  /**
   * Kafka, where every change of a memo is published. When absent: `managed: {}`. Writing memos never waits for it.
   */
  events?: {
    /**
     * A Kafka that somebody else runs, as `{bootstrapServers: ["kafka.example:9092"]}`.
     */
    external?: {
      /**
       * Brokers to begin with, as `["kafka-1.example:9093", "kafka-2.example:9093"]`.
       */
      bootstrapServers: string[];
      /**
       * IfMissing: a Job makes the topic where it is not there; one that is there stays as it is. Never: it must be there.
       */
      createTopic?: 'IfMissing' | 'Never';
      /**
       * The account, as `{mechanism: SCRAM-SHA-512, credentialsSecret: {name: kafka}}`. When absent: the brokers ask for none.
       */
      sasl?: {
        /**
         * How the brokers ask for it. PLAIN sends the password as it is, so set tls with it.
         */
        mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
        /**
         * Where the account is, as `{name: kafka}`. It has to write to the topic, and to create it where createTopic asks for that.
         */
        credentialsSecret: {
          /**
           * Name of the Secret, in this namespace, as `kafka`.
           */
          name: string;
          /**
           * Key of the user name, as `user`.
           */
          usernameKey?: string;
          /**
           * Key of the password, as `pass`.
           */
          passwordKey?: string;
        };
      };
      /**
       * Speak TLS, as `{}` or `{caSecret: {name: kafka-ca}}`. When absent: plain text.
       */
      tls?: {
        /**
         * How the server is checked. VerifyFull: its certificate is signed by the authority and names the host. VerifyCA: it is signed by the authority.
         */
        mode?: 'VerifyCA' | 'VerifyFull';
        /**
         * Where the authority is, as `{name: db-ca}`. When absent: the public authorities.
         */
        caSecret?: {
          /**
           * Name of the Secret, in this namespace, as `kafka-ca`.
           */
          name: string;
          /**
           * Key of the certificates, in PEM, as `root.pem`.
           */
          key?: string;
        };
      };
    };
    /**
     * No events are published. Written as `disabled: {}`.
     */
    disabled?: {};
    /**
     * A Kafka that the operator runs: a StatefulSet `<name>-events`, each pod broker and controller (KRaft), or brokers with ZooKeeper where zooKeeper is given.
     */
    managed?: {
      /**
       * Where the image of Kafka is pulled from. When absent: `apache/kafka`.
       */
      image?: {
        /**
         * Image name without a tag, as `registry.example/club/kafka`; the tag is spec.events.managed.version.
         */
        repository?: string;
        /**
         * Pins the image, as `sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0`; in force over the tag, so that spec.events.managed.version has to say what it holds.
         */
        digest?: string;
      };
      /**
       * Kafka version, 3.7.0 or later, a tag of the image, as `4.2.1` or `3.9.2`. When absent: the version that has run on the volumes; at first 4.2.1, and 3.9.2 with zooKeeper.
       */
      version?: string;
      /**
       * Number of brokers, as `3`: 1, or an odd number from 3, so that a majority is left when one is lost. It cannot be changed yet.
       */
      replicas?: number;
      /**
       * The volume of each broker. When absent: 5Gi of the default StorageClass.
       */
      storage?: {
        /**
         * Size of the volume, as `10Gi`. It can grow, where the StorageClass allows expansion, and never shrinks.
         */
        size?: string;
        /**
         * StorageClass of the volume, as `fast`. When absent: the cluster's default. It cannot be changed once there is a volume, only while its claim waits for a class that is not there (`VolumePending`).
         */
        className?: string;
      };
      /**
       * Where and how the pods run, as `{nodeSelector: {disk: ssd}}`. A change restarts them. nodeSelector, tolerations and priorityClassName are those of the pods of ZooKeeper too.
       */
      pod?: {
        /**
         * Labels of the pods alone, beside commonLabels, as `{team: club}`.
         */
        labels?: {
          [k: string]: string;
        };
        /**
         * Annotations of the pods for a log collector or a service mesh, as `{linkerd.io/inject: enabled}`.
         */
        annotations?: {
          [k: string]: string;
        };
        /**
         * Labels that a node must carry, as `{disk: ssd}`.
         */
        nodeSelector?: {
          [k: string]: string;
        };
        /**
         * Taints of nodes that do not keep the pods away, as `[{key: dedicated, operator: Exists}]`.
         *
         * Items: A toleration as in core/v1.
         */
        tolerations?: {
          /**
           * Key of the taint, as `dedicated`; absent, with Exists: any.
           */
          key?: string;
          /**
           * How value is compared.
           */
          operator?: 'Exists' | 'Equal';
          /**
           * Value of the taint, as `club`.
           */
          value?: string;
          /**
           * Effect of the taint; absent: any.
           */
          effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
          /**
           * How long NoExecute is put up with, as `300`.
           */
          tolerationSeconds?: number;
        }[];
        affinity?: Affinity;
        /**
         * PriorityClass of the pods, as `important`.
         */
        priorityClassName?: string;
        /**
         * Seconds that a broker has to hand over, as `300`; at least 120.
         */
        terminationGracePeriodSeconds?: number;
      };
      /**
       * What a broker may use. When absent: requests of 200m CPU and 768Mi, a limit of 1Gi, no CPU limit; half of the limit is heap. A member that is absent has its own default, moved where it would contradict one that is given.
       */
      resources?: {
        /**
         * What the scheduler sets aside for the pod, as `{cpu: 100m, memory: 256Mi}`.
         */
        requests?: {
          /**
           * CPU, as `100m` or `1`.
           */
          cpu?: number | string;
          /**
           * Memory, as `512Mi` or `1Gi`.
           */
          memory?: number | string;
        };
        /**
         * What the pod is held to, as `{memory: 1Gi}`. The store sizes its caches by the memory limit.
         */
        limits?: {
          /**
           * CPU, as `500m` or `1`. When absent: as much as the node has to spare.
           */
          cpu?: number | string;
          /**
           * Memory, as `2Gi`; at least 384Mi.
           */
          memory?: number | string;
        };
      };
      /**
       * Run the brokers with a ZooKeeper ensemble, a StatefulSet `<name>-zookeeper`, as Kafka 3 did. When absent: KRaft. It cannot be added or removed later.
       */
      zooKeeper?: {
        /**
         * Where the image of ZooKeeper is pulled from. When absent: `zookeeper`.
         */
        image?: {
          /**
           * Image name without a tag, as `registry.example/club/zookeeper`; the tag is spec.events.managed.zooKeeper.version.
           */
          repository?: string;
          /**
           * Pins the image, as `sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0`; in force over the tag, so that spec.events.managed.zooKeeper.version has to say what it holds.
           */
          digest?: string;
        };
        /**
         * ZooKeeper version, 3.8 or later, a tag of the image, as `"3.9"` or `"3.9.3"`. When absent: the version that has run on the volumes, 3.9 at first.
         */
        version?: string;
        /**
         * Number of ZooKeeper servers, as `3`: 1, or an odd number from 3, so that a majority is left when one is lost. It cannot be changed yet.
         */
        replicas?: number;
        /**
         * The volume of each ZooKeeper server. When absent: 1Gi of the default StorageClass.
         */
        storage?: {
          /**
           * Size of the volume, as `2Gi`. It can grow, where the StorageClass allows expansion, and never shrinks.
           */
          size?: string;
          /**
           * StorageClass of the volume, as `fast`. When absent: the cluster's default. It cannot be changed once there is a volume, only while its claim waits for a class that is not there (`VolumePending`).
           */
          className?: string;
        };
        /**
         * What a ZooKeeper server may use. When absent: requests of 100m CPU and 256Mi, a limit of 384Mi, no CPU limit; half of the limit is heap. A member that is absent has its own default, moved where it would contradict one that is given.
         */
        resources?: {
          /**
           * What the scheduler sets aside for the pod, as `{cpu: 100m, memory: 256Mi}`.
           */
          requests?: {
            /**
             * CPU, as `100m` or `1`.
             */
            cpu?: number | string;
            /**
             * Memory, as `512Mi` or `1Gi`.
             */
            memory?: number | string;
          };
          /**
           * What the pod is held to, as `{memory: 1Gi}`. The store sizes its caches by the memory limit.
           */
          limits?: {
            /**
             * CPU, as `500m` or `1`. When absent: as much as the node has to spare.
             */
            cpu?: number | string;
            /**
             * Memory, as `512Mi`; at least 128Mi.
             */
            memory?: number | string;
          };
        };
      };
    };
    /**
     * The topic of the events. When absent: memo_events with 3 partitions, kept for 168h. One that is found on external brokers stays as it is, whatever is asked for here; the Job that finds it logs what differs.
     */
    topic?: {
      /**
       * Name of the topic, as `memos`. A new name makes a new topic; the old one stays as it is.
       */
      name?: string;
      /**
       * Number of partitions, as `6`; it can only grow. Events of one memo are always in one partition. Not changed on a topic that is found on external brokers.
       */
      partitions?: number;
      /**
       * On how many brokers each event is kept, as `3`. When absent: the smaller of 3 and the number of brokers. It cannot be changed on a topic that exists, nor is it on one that is found on external brokers. From 3 on an event counts as sent once 2 of them have it, below that once 1 has.
       */
      replicationFactor?: number;
      /**
       * How long events are kept, as `720h`; from one minute to ten years. Not changed on a topic that is found on external brokers.
       */
      retention?: string;
    };
    /**
     * Enabled: memo_updated is published too, beside memo_created and memo_deleted. Consumers of the original know two types.
     */
    updateEvents?: 'Enabled' | 'Disabled';
  };
  /**
   * How the API is reached from outside the cluster. When absent: not at all, only by the Service `<name>-api`, port 8000.
   */
  route?: {
    /**
     * Host names the API answers to, as `[sogangcomputerclub.org]`. The first makes status.url.
     */
    hostnames: string[];
    /**
     * Route by an Ingress `<name>-route` to every path of the hosts. Written as `ingress: {}` at the least.
     */
    ingress?: {
      /**
       * IngressClass, as `traefik`. When absent: the cluster's default class.
       */
      className?: string;
      /**
       * Serve https with the certificate of a Secret, as `{secretName: memo-tls}`. When absent: http.
       */
      tls?: {
        /**
         * Secret of type kubernetes.io/tls in this namespace, as `memo-tls`; cert-manager can make it.
         */
        secretName: string;
      };
      /**
       * Annotations for the Ingress controller, as `{cert-manager.io/cluster-issuer: letsencrypt}`.
       */
      annotations?: {
        [k: string]: string;
      };
    };
    /**
     * Route by an HTTPRoute `<name>-route`, as `{parentRefs: [{name: public, namespace: gateways}]}`. Beside ingress it is how one moves from one to the other without an outage. The certificate is the Gateway's.
     */
    gateway?: {
      /**
       * Gateways of gateway.networking.k8s.io/v1 that shall lead to the API.
       *
       * Items: One Gateway.
       */
      parentRefs: {
        /**
         * Name of the Gateway, as `public`.
         */
        name: string;
        /**
         * Its namespace, as `gateways`; its listener must let routes of others in. When absent: that of the MemoApp.
         */
        namespace?: string;
        /**
         * One of its listeners, as `https`. When absent: all.
         */
        sectionName?: string;
        /**
         * The port of one of its listeners, as `443`. When absent: all.
         */
        port?: number;
      }[];
    };
  };
  /**
   * Network policies that let nothing in or out but what the parts need of each other. When absent: Enabled. They act where the cluster's network plugin enforces them. Policies of your own add to them, as for a consumer of the topic.
   */
  networkPolicy?: {
    /**
     * Enabled, or Disabled: no network policy is made.
     */
    mode?: 'Enabled' | 'Disabled';
    /**
     * Who reaches the API, port 8000, as `[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: traefik}}}]`. When absent or empty: anybody.
     *
     * Items: Pods, as in networking.k8s.io/v1, by labels of their namespace, of themselves, or both; or addresses.
     */
    allowFrom?: {
      /**
       * Namespaces; `{}`: all. When absent: the namespace of the MemoApp.
       */
      namespaceSelector?: {
        /**
         * Labels it must carry, as `{kubernetes.io/metadata.name: traefik}`.
         */
        matchLabels?: {
          [k: string]: string;
        };
      };
      /**
       * Pods in them; `{}`: all. When absent: all.
       */
      podSelector?: {
        /**
         * Labels it must carry, as `{app: monitoring}`.
         */
        matchLabels?: {
          [k: string]: string;
        };
      };
      /**
       * Addresses, as `{cidr: 10.0.0.0/8}`.
       */
      ipBlock?: {
        /**
         * An address and the length of its prefix, as `10.0.0.0/8`.
         */
        cidr: string;
        /**
         * Parts of it that are left out, as `[10.1.0.0/16]`.
         */
        except?: string[];
      };
    }[];
  };
}
/**
 * Nodes and other pods that the pods seek or avoid, as `{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}`; every member is that of core/v1. When absent: none.
 */
export interface Affinity {
  /**
   * Nodes, by their labels.
   */
  nodeAffinity?: {
    /**
     * A node must match one of the terms.
     */
    requiredDuringSchedulingIgnoredDuringExecution?: {
      /**
       * One of them is enough.
       */
      nodeSelectorTerms: NodeSelectorTerm[];
    };
    /**
     * Nodes that match have so much more weight.
     *
     * Items: A term and its weight.
     */
    preferredDuringSchedulingIgnoredDuringExecution?: {
      /**
       * How much it matters beside the others.
       */
      weight: number;
      preference: NodeSelectorTerm;
    }[];
  };
  podAffinity?: PodAffinity;
  podAntiAffinity?: PodAffinity;
}
/**
 * A term; all of it must match.
 */
export interface NodeSelectorTerm {
  /**
   * What must be so, as `[{key: disk, operator: In, values: [ssd]}]`.
   *
   * Items: What must be so of one key.
   */
  matchExpressions?: {
    /**
     * Label or field.
     */
    key: string;
    /**
     * How values is compared.
     */
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
    /**
     * Values to compare with.
     */
    values?: string[];
  }[];
  /**
   * What must be so, as `[{key: disk, operator: In, values: [ssd]}]`.
   *
   * Items: What must be so of one key.
   */
  matchFields?: {
    /**
     * Label or field.
     */
    key: string;
    /**
     * How values is compared.
     */
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
    /**
     * Values to compare with.
     */
    values?: string[];
  }[];
}
/**
 * Pods that are there, and the nodes near to them.
 */
export interface PodAffinity {
  /**
   * Every term must match.
   */
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
  /**
   * Nodes that match have so much more weight.
   *
   * Items: A term and its weight.
   */
  preferredDuringSchedulingIgnoredDuringExecution?: {
    /**
     * How much it matters beside the others.
     */
    weight: number;
    podAffinityTerm: PodAffinityTerm;
  }[];
}
/**
 * Pods by their labels, and how near is near.
 */
export interface PodAffinityTerm {
  labelSelector?: LabelSelector;
  /**
   * Labels whose values are taken from the pod itself.
   */
  matchLabelKeys?: string[];
  /**
   * Labels whose values are taken from the pod itself.
   */
  mismatchLabelKeys?: string[];
  /**
   * Namespaces of the pods. Without it and namespaceSelector, that of the MemoApp.
   */
  namespaces?: string[];
  namespaceSelector?: LabelSelector;
  /**
   * Label of nodes that are near when they have it in common, as `kubernetes.io/hostname`.
   */
  topologyKey: string;
}
/**
 * What their labels must be.
 */
export interface LabelSelector {
  /**
   * Labels with these values.
   */
  matchLabels?: {
    [k: string]: string;
  };
  /**
   * More of them, as `[{key: app, operator: Exists}]`.
   *
   * Items: What must be so of one label.
   */
  matchExpressions?: {
    /**
     * Key of the label.
     */
    key: string;
    /**
     * How values is compared.
     */
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    /**
     * Values to compare with.
     */
    values?: string[];
  }[];
}

/**
 * What is. Written by the operator alone.
 */
export interface MemoAppStatus {
  /**
   * The generation of the spec that the conditions speak of.
   */
  observedGeneration?: number;
  /**
   * The memo service release that serves; it moves last in an upgrade. Where spec.version is absent, the release chosen at first sight, which stays until spec.version is set.
   */
  version?: string;
  /**
   * The schema version the database has.
   */
  schemaVersion?: number;
  /**
   * The migration Job that succeeded last; named by release, image and volume.
   */
  migratedBy?: string;
  /**
   * The annotation memo.sogangcomputerclub.org/migrate as it was seen last, 63 characters of it. Taken off, it holds on.
   */
  migrateAgain?: string;
  /**
   * The database.
   */
  database?: {
    /**
     * An external database, as `db.example:3306/memo_app`; schemaVersion speaks of it.
     */
    address?: string;
    /**
     * While an external database is used: the latest version that has started on the volume of the managed one, which must be there on the way back.
     */
    keptVersion?: string;
    /**
     * The latest version that has started on its volumes; a changed default never replaces it.
     */
    version?: string;
  };
  /**
   * The cache.
   */
  cache?: {
    /**
     * The version that last started; a changed default never replaces it.
     */
    version?: string;
  };
  /**
   * Kafka.
   */
  events?: {
    /**
     * The latest version that has started on its volumes; a changed default never replaces it.
     */
    version?: string;
    /**
     * Mode and number of the brokers that wrote the volumes, as `kraft-3` or `zookeeper-1`.
     */
    layout?: string;
  };
  /**
   * ZooKeeper, where Kafka runs with it.
   */
  zooKeeper?: {
    /**
     * The latest version that has started on its volumes; a changed default never replaces it.
     */
    version?: string;
  };
  /**
   * Where the API is reached from outside, as `https://sogangcomputerclub.org`.
   */
  url?: string;
  /**
   * API pods that exist, for the scale subresource.
   */
  replicas?: number;
  /**
   * API pods that are ready.
   */
  readyReplicas?: number;
  /**
   * Label selector of the API pods, for the scale subresource.
   */
  selector?: string;
  /**
   * Ready: every configured part is as asked at this generation. APIAvailable: reads and writes are served. One more for each part. Reconciling and Stalled are there only while true.
   */
  conditions?: {
    /**
     * What the condition is about.
     */
    type: string;
    /**
     * True, False or Unknown.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * One documented word, for scripts and alerts.
     */
    reason: string;
    /**
     * What is so or what is wrong, and what can be done.
     */
    message: string;
    /**
     * The generation of the spec that this condition speaks of.
     */
    observedGeneration?: number;
    /**
     * When the status last changed.
     */
    lastTransitionTime: string;
  }[];
}
