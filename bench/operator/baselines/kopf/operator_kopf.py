"""The same children as the memo operator's, in the way of kopf's documentation: handlers that apply on each change.

kopf holds no children that a handler could compare with, so each change applies all of them; and so does each start, or a
new version of the operator would not reach the MemoApps that are there.
"""

import copy
import json
import os

import kopf
import kubernetes
from kubernetes.dynamic import DynamicClient

GROUP, VERSION, PLURAL = "memo.sogangcomputerclub.org", "v1alpha1", "memoapps"
TEMPLATE = open(os.environ["TEMPLATE"], encoding="utf-8").read()
clients = {}


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_):
    settings.posting.enabled = False
    settings.execution.max_workers = 8
    kubernetes.config.load_kube_config()
    clients["dynamic"] = DynamicClient(kubernetes.client.ApiClient())


@kopf.on.resume(GROUP, VERSION, PLURAL)
@kopf.on.create(GROUP, VERSION, PLURAL)
@kopf.on.update(GROUP, VERSION, PLURAL, field="spec")
def apply(name, namespace, spec, body, meta, patch, **_):
    text = TEMPLATE.replace("name-placeholder", name).replace("namespace-placeholder", namespace)
    annotations = spec.get("api", {}).get("pod", {}).get("annotations", {})
    for child in json.loads(text):
        if child["kind"] == "Deployment" and annotations:
            metadata = child["spec"]["template"].setdefault("metadata", {})
            metadata.setdefault("annotations", {}).update(annotations)
        kopf.adopt(child, owner=body)
        resource = clients["dynamic"].resources.get(api_version=child["apiVersion"], kind=child["kind"])
        resource.server_side_apply(
            body=copy.deepcopy(child),
            name=child["metadata"]["name"],
            namespace=namespace,
            field_manager="baseline",
            force_conflicts=True,
        )
    patch.status["observedGeneration"] = meta["generation"]
