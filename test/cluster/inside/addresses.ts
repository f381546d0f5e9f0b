/** Addresses inside a cluster. Each cluster has a network of its own, so all use the same. */

export const NODE_NAME = 'node-1';
export const NODE_ADDRESS = '10.250.0.1';
export const NODE_NETWORK_PEER = '10.250.0.2';
export const POD_NETWORK = '10.244.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';
/** The first of the service network is the API server's own Service. */
export const API_SERVICE_ADDRESS = '10.96.0.1';
export const DNS_SERVICE_ADDRESS = '10.96.0.10';

export const API_PORT = 6443;
export const ETCD_CLIENT = 'http://127.0.0.1:2379';
export const INGRESS_PORT = 8088;
export const DNS_PORT = 5353;
export const METRICS_PORT = 4443;
