// Package api serves a simulated cluster's API on loopback, for kubectl, curl and programs.
package api

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"orrery/build/openapi"
	"orrery/build/tree"
	"orrery/sim"
	"orrery/sim/apiserver/door"
	"orrery/sim/apiserver/door/protobuf"
	"orrery/sim/apiserver/door/table"
)

// Run serves until the context ends.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("api", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:6443", "loopback `address` to listen on; port 0 picks one")
	nodes := flags.Int("nodes", 3, "how many nodes the cluster has")
	seed := flags.Uint64("seed", 1, "of all chance")
	speed := flags.Float64("speed", 1, "virtual seconds per second; 0 runs whatever is due as fast as it can")
	kubeconfig := flags.String("kubeconfig", "", "`file` to write a kubeconfig to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(*addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not a loopback address", *addr)
	}
	w, err := sim.New(sim.Config{Seed: *seed, Nodes: *nodes})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	if *kubeconfig != "" {
		if err := writeKubeconfig(*kubeconfig, listener.Addr().String()); err != nil {
			return err
		}
	}
	p := newPlayer(w, *speed)
	handler := door.Handler{World: p, Tables: table.New(), Protobuf: protobuf.New(), OpenAPI: documents(ctx)}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go p.play(ctx)
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Fprintf(out, "serving Kubernetes on http://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// documents publishes the OpenAPI documents that come with Kubernetes' module.
func documents(ctx context.Context) *door.OpenAPI {
	return &door.OpenAPI{Load: func() ([]byte, error) {
		root, err := tree.Root()
		if err != nil {
			return nil, err
		}
		return openapi.Make(ctx, root)
	}}
}

func writeKubeconfig(file, addr string) error {
	text := `apiVersion: v1
kind: Config
clusters:
- name: orrery
  cluster: {server: "http://` + addr + `"}
contexts:
- name: orrery
  context: {cluster: orrery, user: orrery, namespace: default}
current-context: orrery
users:
- name: orrery
  user: {}
`
	return os.WriteFile(file, []byte(text), 0o600)
}
