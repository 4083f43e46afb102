// Package api serves a simulated cluster's API on loopback, for kubectl, client-go and whatever else speaks to
// kube-apiserver.
//
// The world is live: it goes forward with the wall's time, keeps no way back, and every request is a command of it. Many
// clients may ask at once; the world takes one after the other.
package api

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"orrery/sim"
)

// Run serves until the context ends.
func Run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("api", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:6443", "loopback `address` to listen on; port 0 picks one")
	nodes := flags.Int("nodes", 3, "how many nodes the cluster has")
	seed := flags.Uint64("seed", 1, "of all chance")
	speed := flags.Float64("speed", 1, "virtual seconds per second; 0 runs whatever is due as fast as it can")
	kubeconfig := flags.String("kubeconfig", "orrery.kubeconfig", "`file` to write a kubeconfig to")
	audit := flags.String("audit", "", "`file` to append the audit log to, a JSON event a line")
	plain := flags.Bool("plain", false, "serve HTTP without TLS")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("api takes flags only, not %q", flags.Arg(0))
	}
	if err := checkLoopback(*addr); err != nil {
		return err
	}
	if *speed < 0 {
		return fmt.Errorf("a speed of %v: time cannot go backwards here", *speed)
	}
	o := Options{
		World: sim.Config{Seed: *seed, Nodes: *nodes}, Addr: *addr, Speed: *speed, Fast: *speed == 0, Plain: *plain,
	}
	if *audit != "" {
		file, err := os.OpenFile(*audit, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer file.Close()
		o.Audit = NewAuditor(file)
		defer func() { err = errors.Join(err, o.Audit.Err()) }()
	}
	s, err := Start(o)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.WriteKubeconfig(*kubeconfig); err != nil {
		return err
	}
	fmt.Fprintf(out, "serving Kubernetes on %s\n\n  kubectl --kubeconfig %s get nodes\n\n", s.URL(), *kubeconfig)
	<-ctx.Done()
	return nil
}

func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not a loopback address", addr)
	}
	return nil
}
