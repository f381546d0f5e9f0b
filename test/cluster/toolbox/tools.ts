/** The programs a cluster is made of: which module, which version. Raising a version here is all an upgrade takes. */

/** Binaries built together from one Go module; every name is unique among all recipes. */
export interface Recipe {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Binary name to its package folder inside the module. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly tags?: string;
  readonly ldflags?: string;
  /** Folders of the module that are kept beside the binaries: name to path inside the module. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Modules that live beside this one and are replaced by folders in its go.mod get this version instead. */
  readonly siblings?: string;
}

/** Go itself: used from the machine when it is at least this new, else brought by the project. */
export const GO_VERSION = '1.26.8';

/** Custom resource definitions of others: a folder of a published module, nothing to build. */
export const DEFINITIONS = {
  'gateway-api': { module: 'sigs.k8s.io/gateway-api', version: 'v1.4.0', folder: 'config/crd/standard' },
  argocd: { module: 'github.com/argoproj/argo-cd/v3', version: 'v3.5.7', folder: 'manifests/crds' },
  'flux-kustomize': {
    module: 'github.com/fluxcd/kustomize-controller',
    version: 'v1.9.6',
    folder: 'config/crd/bases',
  },
  'flux-source': { module: 'github.com/fluxcd/source-controller', version: 'v1.9.6', folder: 'config/crd/bases' },
} as const;

const KUBERNETES = 'v1.37.2';
const HELM = 'v4.3.1';

export const RECIPES: readonly Recipe[] = [
  {
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    version: 'v3.6.16',
    binaries: { etcd: '.' },
  },
  kubernetes('kube-apiserver'),
  kubernetes('kubectl'),
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
  kubernetes('kubelet'),
  kubernetes('kube-proxy'),
  {
    name: 'containerd',
    module: 'github.com/containerd/containerd/v2',
    version: 'v2.3.4',
    binaries: {
      containerd: './cmd/containerd',
      'containerd-shim-runc-v2': './cmd/containerd-shim-runc-v2',
      ctr: './cmd/ctr',
    },
    tags: 'no_btrfs no_devmapper no_zfs',
  },
  {
    name: 'cni-plugins',
    module: 'github.com/containernetworking/plugins',
    version: 'v1.9.1',
    binaries: {
      bridge: './plugins/main/bridge',
      loopback: './plugins/main/loopback',
      'host-local': './plugins/ipam/host-local',
      portmap: './plugins/meta/portmap',
    },
  },
  {
    name: 'coredns',
    module: 'github.com/coredns/coredns',
    version: 'v1.14.7',
    binaries: { coredns: '.' },
  },
  {
    name: 'metrics-server',
    module: 'sigs.k8s.io/metrics-server',
    version: 'v0.9.0',
    binaries: { 'metrics-server': './cmd/metrics-server' },
  },
  {
    name: 'local-path-provisioner',
    module: 'github.com/rancher/local-path-provisioner',
    version: 'v0.0.30',
    binaries: { 'local-path-provisioner': '.' },
  },
  {
    name: 'traefik',
    module: 'github.com/traefik/traefik/v3',
    version: 'v3.6.12',
    binaries: { traefik: './cmd/traefik' },
  },
  {
    name: 'kwok',
    module: 'sigs.k8s.io/kwok',
    version: 'v0.8.0',
    binaries: { kwok: './cmd/kwok' },
    folders: { stages: 'kustomize/stage' },
  },
  {
    name: 'helm',
    module: 'helm.sh/helm/v4',
    version: HELM,
    binaries: { helm: './cmd/helm' },
    ldflags: `-s -w -X helm.sh/helm/v4/internal/version.version=${HELM}`,
  },
];

/** Without the stamp a server calls itself v0.0.0-master and clients take it for an ancient one. */
function kubernetes(name: string): Recipe {
  const [major = '', minor = ''] = KUBERNETES.slice(1).split('.');
  const stamps = [
    `k8s.io/component-base/version.gitVersion=${KUBERNETES}`,
    `k8s.io/component-base/version.gitMajor=${major}`,
    `k8s.io/component-base/version.gitMinor=${minor}`,
    `k8s.io/component-base/version.gitTreeState=clean`,
    `k8s.io/client-go/pkg/version.gitVersion=${KUBERNETES}`,
  ];
  return {
    name,
    module: 'k8s.io/kubernetes',
    version: KUBERNETES,
    binaries: { [name]: `./cmd/${name}` },
    ldflags: stamps.map((stamp) => `-X ${stamp}`).join(' '),
    siblings: KUBERNETES.replace('v1.', 'v0.'),
  };
}
