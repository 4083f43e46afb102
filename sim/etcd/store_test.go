package etcd

import (
	"errors"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func object(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"v": value}}
}

func put(t *testing.T, s *Store, key, value string) *Value {
	t.Helper()
	expect := int64(0)
	if v := s.Get(key); v != nil {
		expect = v.Mod
	}
	v, err := s.Commit(Write{Key: key, Object: object(key, value), Expect: expect})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func value(v *Value) string {
	if v == nil {
		return ""
	}
	return v.Object.(*corev1.ConfigMap).Data["v"]
}

func TestRevisions(t *testing.T) {
	s := New()
	a1, b1, a2 := put(t, s, "/a", "1"), put(t, s, "/b", "1"), put(t, s, "/a", "2")
	if a1.Mod != 2 || b1.Mod != 3 || a2.Mod != 4 || a2.Create != 2 || a2.Version != 2 {
		t.Errorf("revisions %d %d %d, create %d, version %d", a1.Mod, b1.Mod, a2.Mod, a2.Create, a2.Version)
	}
	if rv := a2.Object.GetResourceVersion(); rv != "4" {
		t.Errorf("resourceVersion %q, want 4", rv)
	}
	if _, err := s.Commit(Write{Key: "/a", Object: object("/a", "3"), Expect: 2}); !errors.Is(err, ErrConflict) {
		t.Errorf("a write for an old revision: %v", err)
	}
	if _, err := s.Commit(Write{Key: "/b", Object: object("/b", "3")}); !errors.Is(err, ErrConflict) {
		t.Errorf("a create of what exists: %v", err)
	}
	if s.Revision() != 4 {
		t.Errorf("a refused write made revision %d", s.Revision())
	}
}

func TestAtAndCompact(t *testing.T) {
	s := New()
	put(t, s, "/a", "1")
	put(t, s, "/a", "2")
	if _, err := s.Commit(Write{Key: "/a", Last: object("/a", "2"), Expect: 3}); err != nil {
		t.Fatal(err)
	}
	put(t, s, "/a", "3")
	for rev, want := range map[int64]string{1: "", 2: "1", 3: "2", 4: "", 5: "3"} {
		v, err := s.At("/a", rev)
		if err != nil || value(v) != want {
			t.Errorf("at %d: %q %v, want %q", rev, value(v), err, want)
		}
	}
	s.Compact(4)
	if _, err := s.At("/a", 3); !errors.Is(err, ErrCompacted) {
		t.Errorf("at a compacted revision: %v", err)
	}
	if _, err := s.Since(3); !errors.Is(err, ErrCompacted) {
		t.Errorf("since a compacted revision: %v", err)
	}
	kept := 0
	s.History("/a", func(*Value) bool { kept++; return true })
	if writes, err := s.Since(4); err != nil || len(writes) != 1 || kept != 1 {
		t.Errorf("after compaction: %d writes, %d versions, %v", len(writes), kept, err)
	}
	if v, err := s.At("/a", 5); err != nil || value(v) != "3" {
		t.Errorf("at 5 after compaction: %q %v", value(v), err)
	}
}

// TestListAndWatch holds that a list at any revision and the writes after it make a later list.
func TestListAndWatch(t *testing.T) {
	s := New()
	for i := range 200 {
		key := "/k" + strconv.Itoa(i*7%23)
		if v := s.Get(key); v != nil && i%5 == 0 {
			if _, err := s.Commit(Write{Key: key, Last: object(key, "gone"), Expect: v.Mod}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		put(t, s, key, strconv.Itoa(i))
	}
	for from := int64(1); from <= s.Revision(); from += 13 {
		list := map[string]string{}
		for i := range 23 {
			key := "/k" + strconv.Itoa(i)
			if v, _ := s.At(key, from); v != nil {
				list[key] = value(v)
			}
		}
		past := 0
		if err := s.RangeAt("/", "", from, func(v *Value) bool {
			past++
			if at, _ := s.At(v.Key, from); at != v {
				t.Errorf("at %d: %s ranges over %q, want %q", from, v.Key, value(v), value(at))
			}
			return true
		}); err != nil || past != len(list) {
			t.Errorf("at %d: %d keys, want %d; %v", from, past, len(list), err)
		}
		writes, err := s.Since(from)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range writes {
			if w.Deleted() {
				delete(list, w.Key)
			} else {
				list[w.Key] = value(w)
			}
		}
		n := 0
		s.Range("/", func(v *Value) bool {
			n++
			if list[v.Key] != value(v) {
				t.Errorf("from %d: %s is %q, want %q", from, v.Key, list[v.Key], value(v))
			}
			return true
		})
		if n != len(list) {
			t.Errorf("from %d: %d keys, want %d", from, len(list), n)
		}
	}
}

func TestCloneIsApart(t *testing.T) {
	s := New()
	put(t, s, "/a", "1")
	c := s.Clone()
	put(t, s, "/a", "2")
	put(t, c, "/a", "3")
	put(t, c, "/b", "1")
	if value(s.Get("/a")) != "2" || value(c.Get("/a")) != "3" || s.Get("/b") != nil {
		t.Error("a clone and its original changed each other")
	}
	a, _ := s.Since(2)
	b, _ := c.Since(2)
	if len(a) != 1 || len(b) != 2 || value(a[0]) != "2" || value(b[0]) != "3" {
		t.Error("the logs of a clone and its original mixed")
	}
}
