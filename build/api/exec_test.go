package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim"
)

const podsPath = "/api/v1/namespaces/default/pods"

// run runs a command in the container of the pod web as kubectl exec does, and returns what it printed and how it ended.
func run(t *testing.T, s *Server, line ...string) (printed string, ended metav1.Status) {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	query := url.Values{"command": line, "stdout": {"true"}, "stderr": {"true"}}
	fmt.Fprintf(conn, "GET %s/web/exec?%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n", podsPath, query.Encode())
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The key and its answer are the example of RFC 6455.
	if response.StatusCode != 101 || response.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		body, _ := io.ReadAll(response.Body)
		t.Fatalf("answered %d %v %s", response.StatusCode, response.Header, body)
	}
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(r, head); err != nil {
			t.Fatal(err)
		}
		n := int(head[1])
		if n == 126 {
			io.ReadFull(r, head)
			n = int(head[0])<<8 | int(head[1])
			head[0] = binaryFrame
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(r, payload); err != nil {
			t.Fatal(err)
		}
		switch {
		case head[0] == closeFrame:
			return printed, ended
		case payload[0] == stdout:
			printed += string(payload[1:])
		case payload[0] == failure:
			if err := json.Unmarshal(payload[1:], &ended); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestExec runs commands in a container: what they print, how they end, and what they change.
func TestExec(t *testing.T) {
	s, err := Start(Options{World: sim.Config{Seed: 1}, Fast: true, Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	web := `{"metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"nginx:1.27"}]}}`
	created, err := http.Post(s.URL()+podsPath, "application/json", strings.NewReader(web))
	if err != nil || created.StatusCode != 201 {
		t.Fatal(created, err)
	}
	created.Body.Close()
	if err := s.Pass(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		line    []string
		printed string
		reason  metav1.StatusReason
		code    string
	}{
		{[]string{"echo", "hello"}, "hello\n", "", ""},
		{[]string{"sh", "-c", "touch /tmp/mark; exit 3"}, "", "NonZeroExitCode", "3"},
		{[]string{"ls", "/tmp"}, "mark\n", "", ""},
		{[]string{"cat", "/nosuch"}, "cat: can't open '/nosuch': No such file or directory\n", "NonZeroExitCode", "1"},
		{[]string{"seq", "100"}, "", "", ""},
		{[]string{"/missing"}, "", "InternalError", ""},
	} {
		printed, ended := run(t, s, test.line...)
		if test.line[0] == "seq" {
			test.printed = printed
			if !strings.HasSuffix(printed, "\n99\n100\n") {
				t.Errorf("a long text ends with %q", printed)
			}
		}
		if printed != test.printed || ended.Reason != test.reason || test.code != "" && ended.Details.Causes[0].Message != test.code {
			t.Errorf("%v printed %q and ended with %+v", test.line, printed, ended)
		}
	}
	run(t, s, "kill", "1")
	if err := s.Pass(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(s.URL() + podsPath + "/web")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var pod corev1.Pod
	if err := json.NewDecoder(response.Body).Decode(&pod); err != nil || pod.Status.ContainerStatuses[0].RestartCount != 1 {
		t.Errorf("after a kill: %+v %v", pod.Status.ContainerStatuses, err)
	}
	plain, err := http.Get(s.URL() + podsPath + "/web/exec?command=true")
	if err != nil || plain.StatusCode != 400 {
		t.Errorf("without a WebSocket: %v %v", plain, err)
	}
}
