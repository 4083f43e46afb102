// Package clients holds programs of others against the simulated API: client-go's informers, and a manager of
// controller-runtime. It is a module of its own so that Orrery needs none of them.
package clients

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// orrery is the native command, built once for all tests.
var orrery string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "clients")
	if err != nil {
		panic(err)
	}
	orrery = filepath.Join(dir, "orrery")
	build := exec.Command("go", "build", "-o", orrery, "./build")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building orrery: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// startup is how long a server may take to start.
const startup = 30 * time.Second

// serve starts a simulated cluster and returns how to reach it. The server is asked to stop as Ctrl-C does.
func serve(t *testing.T) *rest.Config {
	t.Helper()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	cmd := exec.Command(orrery, "api", "-addr", "127.0.0.1:0", "-speed", "0", "-kubeconfig", kubeconfig)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	})
	var config *rest.Config
	eventually(t, startup, "the server to start", func() (err error) {
		config, err = clientcmd.BuildConfigFromFlags("", kubeconfig)
		return err
	})
	config.QPS, config.Burst = 200, 400
	return config
}

// eventually waits until f returns no error.
func eventually(t *testing.T, limit time.Duration, what string, f func() error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waiting for %s: %v", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
