package door_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"orrery/sim/apiserver/door"
)

// TestWhoAsks holds that over TLS nobody is somebody without a token, and that Impersonate headers are heard.
func TestWhoAsks(t *testing.T) {
	d, _ := serve(t)
	s := httptest.NewTLSServer(door.Handler{World: d})
	defer s.Close()
	for _, c := range []struct {
		headers []string
		code    int
		want    string
	}{
		{[]string{"Authorization: Bearer orrery-admin"}, 200, `"kind":"NodeList"`},
		{[]string{"Authorization: Bearer x"}, 401, `"message":"Unauthorized"`},
		{nil, 403, `nodes is forbidden: User \"system:anonymous\" cannot list resource \"nodes\" in API group \"\" at the cluster scope`},
		{
			[]string{"Authorization: Bearer orrery-admin", "Impersonate-User: alice"},
			403,
			`nodes is forbidden: User \"alice\" cannot list resource \"nodes\" in API group \"\" at the cluster scope`,
		},
		{[]string{"Authorization: Bearer orrery-admin", "Impersonate-User: alice", "Impersonate-Group: system:masters"}, 200, `"kind":"NodeList"`},
	} {
		r, err := http.NewRequest("GET", s.URL+"/api/v1/nodes", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range c.headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != c.code || !strings.Contains(string(body), c.want) {
			t.Errorf("%v: %d %s %v\nwant %d %s", c.headers, resp.StatusCode, body, err, c.code, c.want)
		}
	}
}
