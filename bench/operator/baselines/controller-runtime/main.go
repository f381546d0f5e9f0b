// The same children as the memo operator's, in the idiomatic way of controller-runtime: typed objects from the cache,
// compared before they are applied, owned children watched, status written when it differs.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const manager = "baseline"

var memoApp = schema.GroupVersionKind{Group: "memo.sogangcomputerclub.org", Version: "v1alpha1", Kind: "MemoApp"}

type reconciler struct {
	client.Client
	template []byte
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	app := &unstructured.Unstructured{}
	app.SetGroupVersionKind(memoApp)
	if err := r.Get(ctx, request.NamespacedName, app); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	children, err := r.children(app)
	if err != nil {
		return ctrl.Result{}, err
	}
	for _, child := range children {
		if err := r.ensure(ctx, child); err != nil {
			return ctrl.Result{}, err
		}
	}
	return ctrl.Result{}, r.report(ctx, app)
}

// children renders the template for the app and makes the app their owner.
func (r *reconciler) children(app *unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	text := bytes.ReplaceAll(r.template, []byte("name-placeholder"), []byte(app.GetName()))
	text = bytes.ReplaceAll(text, []byte("namespace-placeholder"), []byte(app.GetNamespace()))
	var raw []map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	annotations, _, _ := unstructured.NestedStringMap(app.Object, "spec", "api", "pod", "annotations")
	var children []*unstructured.Unstructured
	for _, object := range raw {
		child := &unstructured.Unstructured{Object: object}
		if child.GetKind() == "Deployment" && len(annotations) > 0 {
			path := []string{"spec", "template", "metadata", "annotations"}
			merged, _, _ := unstructured.NestedStringMap(object, path...)
			if merged == nil {
				merged = map[string]string{}
			}
			for key, value := range annotations {
				merged[key] = value
			}
			if err := unstructured.SetNestedStringMap(object, merged, path...); err != nil {
				return nil, err
			}
		}
		if err := controllerutil.SetControllerReference(app, child, r.Scheme()); err != nil {
			return nil, err
		}
		children = append(children, child)
	}
	return children, nil
}

// ensure applies a child unless the cached one already is as wanted.
func (r *reconciler) ensure(ctx context.Context, wanted *unstructured.Unstructured) error {
	live, err := r.typed(wanted.GroupVersionKind())
	if err != nil {
		return err
	}
	err = r.Get(ctx, client.ObjectKeyFromObject(wanted), live)
	if client.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil {
		same, err := r.typed(wanted.GroupVersionKind())
		if err != nil {
			return err
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(wanted.Object, same); err != nil {
			return err
		}
		setDefaults(same)
		if isDerivative(same, live) {
			return nil
		}
	}
	return r.Apply(ctx, client.ApplyConfigurationFromUnstructured(wanted), client.FieldOwner(manager), client.ForceOwnership)
}

// isDerivative tells whether live says all that wanted says. What else it says is the server's or others'.
func isDerivative(wanted, live client.Object) bool {
	return equality.Semantic.DeepDerivative(wanted.GetLabels(), live.GetLabels()) &&
		equality.Semantic.DeepDerivative(wanted.GetAnnotations(), live.GetAnnotations()) &&
		equality.Semantic.DeepDerivative(wanted.GetOwnerReferences(), live.GetOwnerReferences()) &&
		equality.Semantic.DeepDerivative(content(wanted), content(live))
}

// content is what an operator writes of an object beside its metadata: no status, which is its controller's.
func content(object client.Object) any {
	switch object := object.(type) {
	case *corev1.Secret:
		return object.Data
	case *corev1.ConfigMap:
		return object.Data
	case *corev1.Service:
		return object.Spec
	case *corev1.ServiceAccount:
		return object.AutomountServiceAccountToken
	case *corev1.PersistentVolumeClaim:
		return object.Spec
	case *appsv1.Deployment:
		return object.Spec
	case *appsv1.StatefulSet:
		return object.Spec
	case *autoscalingv2.HorizontalPodAutoscaler:
		return object.Spec
	case *policyv1.PodDisruptionBudget:
		return object.Spec
	case *networkingv1.Ingress:
		return object.Spec
	case *networkingv1.NetworkPolicy:
		return object.Spec
	default:
		return object
	}
}

// setDefaults sets what DeepDerivative would compare although nobody said it: to it, a number is never unset.
func setDefaults(object client.Object) {
	switch object := object.(type) {
	case *appsv1.Deployment:
		setProbeDefaults(object.Spec.Template.Spec.Containers)
	case *appsv1.StatefulSet:
		setProbeDefaults(object.Spec.Template.Spec.Containers)
		for index := range object.Spec.VolumeClaimTemplates {
			// As in every object that comes from a typed client.
			object.Spec.VolumeClaimTemplates[index].TypeMeta = metav1.TypeMeta{}
		}
	}
}

func setProbeDefaults(containers []corev1.Container) {
	for _, container := range containers {
		for _, probe := range []*corev1.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
			if probe == nil {
				continue
			}
			probe.TimeoutSeconds = cmp.Or(probe.TimeoutSeconds, 1)
			probe.PeriodSeconds = cmp.Or(probe.PeriodSeconds, 10)
			probe.SuccessThreshold = cmp.Or(probe.SuccessThreshold, 1)
			probe.FailureThreshold = cmp.Or(probe.FailureThreshold, 3)
		}
	}
}

// typed is an empty object of the kind.
func (r *reconciler) typed(kind schema.GroupVersionKind) (client.Object, error) {
	object, err := r.Scheme().New(kind)
	if err != nil {
		return nil, err
	}
	return object.(client.Object), nil
}

func (r *reconciler) report(ctx context.Context, app *unstructured.Unstructured) error {
	observed, _, _ := unstructured.NestedInt64(app.Object, "status", "observedGeneration")
	if observed == app.GetGeneration() {
		return nil
	}
	if err := unstructured.SetNestedField(app.Object, app.GetGeneration(), "status", "observedGeneration"); err != nil {
		return err
	}
	// Refused as a conflict, and tried again, where the cache has not seen the last one yet.
	return r.Status().Update(ctx, app)
}

func run() error {
	ctrl.SetLogger(zap.New())
	template, err := os.ReadFile(os.Getenv("TEMPLATE"))
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:                        scheme,
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              "baseline",
		LeaderElectionNamespace:       "default",
		LeaderElectionReleaseOnCancel: true,
		Client:                        client.Options{Cache: &client.CacheOptions{Unstructured: true}},
		// As recommended where nobody reads them.
		Cache: cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
	})
	if err != nil {
		return err
	}
	app := &unstructured.Unstructured{}
	app.SetGroupVersionKind(memoApp)
	build := ctrl.NewControllerManagedBy(mgr).Named("memoapp").For(app).
		WithOptions(controller.Options{MaxConcurrentReconciles: 8})
	for _, owned := range []client.Object{
		&corev1.Secret{}, &corev1.ConfigMap{}, &corev1.Service{}, &corev1.ServiceAccount{}, &corev1.PersistentVolumeClaim{},
		&appsv1.Deployment{}, &appsv1.StatefulSet{}, &autoscalingv2.HorizontalPodAutoscaler{},
		&policyv1.PodDisruptionBudget{}, &networkingv1.Ingress{}, &networkingv1.NetworkPolicy{},
	} {
		build = build.Owns(owned)
	}
	if err := build.Complete(&reconciler{Client: mgr.GetClient(), template: template}); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
