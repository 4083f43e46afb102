package door_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/pager"
)

// TestTypedClient holds that client-go's typed client works in each encoding, and that its informer keeps up with what is
// written: with a streamed list, and without.
func TestTypedClient(t *testing.T) {
	for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		t.Run(contentType, func(t *testing.T) {
			_, s := serve(t)
			c := kubernetes.NewForConfigOrDie(&rest.Config{Host: s.URL, QPS: -1, ContentConfig: rest.ContentConfig{
				ContentType: contentType, AcceptContentTypes: contentType,
			}})
			seen := follow(t, c)
			maps := c.CoreV1().ConfigMaps("kube-public")
			for i := range 20 {
				o := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("m", i)}, Data: map[string]string{"k": "v"}}
				made, err := maps.Create(t.Context(), o, metav1.CreateOptions{})
				if err != nil {
					t.Fatal(err)
				}
				made.Data["k"] = "w"
				if _, err := maps.Update(t.Context(), made, metav1.UpdateOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			if err := maps.Delete(t.Context(), "m3", metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
			if _, err := maps.Get(t.Context(), "m3", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				t.Errorf("after its deletion: %v", err)
			}
			seen.wait(t, "m19=w", "m0=w", "-m3")
		})
	}
}

// log is what an informer has told, in words.
type log struct {
	mu   sync.Mutex
	said map[string]bool
}

func (l *log) say(words string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said[words] = true
}

// wait waits until the informer has said all of it.
func (l *log) wait(t *testing.T, all ...string) {
	t.Helper()
	for range 500 {
		l.mu.Lock()
		missing := ""
		for _, words := range all {
			if !l.said[words] {
				missing = words
			}
		}
		l.mu.Unlock()
		if missing == "" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the informer has not said all of %v, but %v", all, l.said)
}

// follow starts an informer of ConfigMaps and waits until it knows what there is.
func follow(t *testing.T, c kubernetes.Interface) *log {
	t.Helper()
	l := &log{said: map[string]bool{}}
	ctx, cancel := context.WithCancel(t.Context())
	factory := informers.NewSharedInformerFactory(c, 0)
	informer := factory.Core().V1().ConfigMaps().Informer()
	word := func(o any) string { m := o.(*corev1.ConfigMap); return m.Name + "=" + m.Data["k"] }
	informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { l.say(word(o)) },
		UpdateFunc: func(_, o any) { l.say(word(o)) },
		DeleteFunc: func(o any) { l.say("-" + o.(*corev1.ConfigMap).Name) },
	})
	factory.Start(ctx.Done())
	t.Cleanup(func() { cancel(); factory.Shutdown() })
	if !cache.WaitForCacheSync(t.Context().Done(), informer.HasSynced) {
		t.Fatal("the informer does not sync")
	}
	l.wait(t, "kube-root-ca.crt=")
	return l
}

// TestDynamicClient holds that client-go's dynamic client and its pager list all there is, page by page.
func TestDynamicClient(t *testing.T) {
	_, s := serve(t)
	fill(t, s, "abcdefgh")
	c := dynamic.NewForConfigOrDie(&rest.Config{Host: s.URL, QPS: -1})
	configMaps := c.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace("kube-public")
	names, pages := "", 0
	p := pager.New(pager.SimplePageFunc(func(o metav1.ListOptions) (runtime.Object, error) {
		pages++
		return configMaps.List(t.Context(), o)
	}))
	p.PageSize = 3
	err := p.EachListItem(t.Context(), metav1.ListOptions{LabelSelector: "all"}, func(o runtime.Object) error {
		names += o.(*unstructured.Unstructured).GetName()
		return nil
	})
	if err != nil || names != "abcdefgh" || pages < 3 {
		t.Errorf("%s in %d pages, %v", names, pages, err)
	}
	if err := configMaps.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "letter in (a,b)"}); err != nil {
		t.Error(err)
	}
	if rest, _ := list(t, s, maps+"?labelSelector=all"); rest != "cdefgh" {
		t.Errorf("after the deletion of a and b: %s", rest)
	}
}

// TestMetadataInformer holds that an informer which wants nothing but metadata gets it, in protobuf.
func TestMetadataInformer(t *testing.T) {
	_, s := serve(t)
	fill(t, s, "ab")
	c := metadata.NewForConfigOrDie(metadata.ConfigFor(&rest.Config{Host: s.URL, QPS: -1}))
	l := &log{said: map[string]bool{}}
	ctx, cancel := context.WithCancel(t.Context())
	factory := metadatainformer.NewSharedInformerFactory(c, 0)
	informer := factory.ForResource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Informer()
	informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { l.say("+" + o.(*metav1.PartialObjectMetadata).Name) },
		DeleteFunc: func(o any) { l.say("-" + o.(*metav1.PartialObjectMetadata).Name) },
	})
	factory.Start(ctx.Done())
	t.Cleanup(func() { cancel(); factory.Shutdown() })
	l.wait(t, "+a", "+b")
	fill(t, s, "c")
	send(t, s, "DELETE", maps+"/a", "")
	l.wait(t, "+c", "-a")
}

// TestDiscoveryClient holds that client-go finds every kind that is served.
func TestDiscoveryClient(t *testing.T) {
	_, s := serve(t)
	c := kubernetes.NewForConfigOrDie(&rest.Config{Host: s.URL, QPS: -1}).Discovery()
	groups, lists, err := c.ServerGroupsAndResources()
	if err != nil || len(groups) < 7 {
		t.Fatal(len(groups), err)
	}
	found := map[string]bool{}
	for _, l := range lists {
		for _, r := range l.APIResources {
			found[l.GroupVersion+" "+r.Name] = true
		}
	}
	for _, want := range []string{"v1 pods", "v1 pods/status", "apps/v1 deployments/scale", "rbac.authorization.k8s.io/v1 roles"} {
		if !found[want] {
			t.Errorf("no %s in %v", want, found)
		}
	}
	if v, err := c.ServerVersion(); err != nil || v.GitVersion != "v1.36.3" {
		t.Error(v, err)
	}
}
