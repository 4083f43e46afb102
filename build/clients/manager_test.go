package clients

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var greeting = schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Greeting"}

// greetings is the definition of a kind with a schema and a status of its own.
func greetings() *apiextensionsv1.CustomResourceDefinition {
	text := apiextensionsv1.JSONSchemaProps{Type: "string"}
	object := func(properties map[string]apiextensionsv1.JSONSchemaProps) apiextensionsv1.JSONSchemaProps {
		return apiextensionsv1.JSONSchemaProps{Type: "object", Properties: properties}
	}
	whole := object(map[string]apiextensionsv1.JSONSchemaProps{
		"spec":   object(map[string]apiextensionsv1.JSONSchemaProps{"text": text}),
		"status": object(map[string]apiextensionsv1.JSONSchemaProps{"said": text}),
	})
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "greetings.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: greeting.Group, Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "greetings", Singular: "greeting", Kind: greeting.Kind, ListKind: "GreetingList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: greeting.Version, Served: true, Storage: true,
				Schema:       &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &whole},
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
			}},
		},
	}
}

// reconciler keeps a ConfigMap for every Greeting and tells in its status what it says.
type reconciler struct{ client.Client }

func (r reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	g := newGreeting()
	if err := r.Get(ctx, req.NamespacedName, g); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	text, _, _ := unstructured.NestedString(g.Object, "spec", "text")
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: req.Name, Namespace: req.Namespace}}
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, cm, func() error {
		cm.Data = map[string]string{"text": text}
		return controllerutil.SetControllerReference(g, cm, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if said, _, _ := unstructured.NestedString(g.Object, "status", "said"); said == text {
		return ctrl.Result{}, nil
	}
	if err := unstructured.SetNestedField(g.Object, text, "status", "said"); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.Status().Update(ctx, g)
}

func newGreeting() *unstructured.Unstructured {
	g := &unstructured.Unstructured{}
	g.SetGroupVersionKind(greeting)
	return g
}

// TestManager holds that a manager of controller-runtime reconciles objects of a kind that a user brought: what it owns
// is made, follows, and goes with its owner.
func TestManager(t *testing.T) {
	config := serve(t)
	definitions, err := apiextensions.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	crds := definitions.ApiextensionsV1().CustomResourceDefinitions()
	if _, err := crds.Create(t.Context(), greetings(), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the kind to be established", func() error {
		crd, err := crds.Get(t.Context(), "greetings.example.com", metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, c := range crd.Status.Conditions {
			if c.Type == apiextensionsv1.Established && c.Status == apiextensionsv1.ConditionTrue {
				return nil
			}
		}
		return fmt.Errorf("its conditions are %v", crd.Status.Conditions)
	})
	manager, err := ctrl.NewManager(config, ctrl.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	err = ctrl.NewControllerManagedBy(manager).For(newGreeting()).Owns(&corev1.ConfigMap{}).
		Complete(reconciler{manager.GetClient()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- manager.Start(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()

	c := manager.GetClient()
	g := newGreeting()
	g.SetNamespace("default")
	g.SetName("hello")
	g.Object["spec"] = map[string]any{"text": "Good morning"}
	if err := c.Create(ctx, g); err != nil {
		t.Fatal(err)
	}
	says := func(want string) func() error {
		return func() error {
			now, cm := newGreeting(), &corev1.ConfigMap{}
			if err := c.Get(ctx, client.ObjectKeyFromObject(g), now); err != nil {
				return err
			}
			if err := c.Get(ctx, client.ObjectKeyFromObject(g), cm); err != nil {
				return err
			}
			if said, _, _ := unstructured.NestedString(now.Object, "status", "said"); said != want || cm.Data["text"] != want {
				return fmt.Errorf("status %q, ConfigMap %q", said, cm.Data["text"])
			}
			return nil
		}
	}
	eventually(t, time.Minute, "the greeting", says("Good morning"))
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"text":"Good night"}}`))
	if err := c.Patch(ctx, g, patch); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the other greeting", says("Good night"))
	if err := c.Delete(ctx, g); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the ConfigMap to go with its owner", func() error {
		err := c.Get(ctx, client.ObjectKeyFromObject(g), &corev1.ConfigMap{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("it is there: %v", err)
	})
}
