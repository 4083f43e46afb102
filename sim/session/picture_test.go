package session_test

import (
	"strings"
	"testing"

	"orrery/sim/wire"
)

// TestTheBindingOnThePicture looks at the mock's moment: a binding arrives at the API server.
func TestTheBindingOnThePicture(t *testing.T) {
	s := founding(t)
	for range 300 {
		v := step(t, s, wire.UntilEvent)
		if v.Say.Step != 7 {
			continue
		}
		c := v.Cluster
		m := c.Messages[0]
		if !m.Arrived || m.From != "kube-scheduler" || m.To != "kube-apiserver" || m.Kind != "request" ||
			!strings.HasPrefix(m.Label, "POST …/pods/nginx-demo-") || !strings.HasSuffix(m.Label, "/binding") {
			t.Errorf("the message that arrived: %+v", m)
		}
		if c.Active != "kube-apiserver" || c.Requests == 0 || c.Watches < 20 || c.InFlight < len(c.Messages)-1 {
			t.Errorf("the control plane: %+v", c)
		}
		for i := 2; i < len(c.Messages); i++ {
			if c.Messages[i].Due < c.Messages[i-1].Due || c.Messages[i].Arrived || c.Messages[i].From == c.Messages[i].To {
				t.Errorf("messages under way: %+v", c.Messages[1:])
			}
		}
		arriving := 0
		for _, n := range c.Nodes {
			for _, p := range n.Pods {
				if p.Score > 0 && p.Status == "Pending" && strings.Contains(v.Say.Title, n.Name) {
					arriving++
				}
			}
			if n.CPUAll != 4000 || n.MemoryAll != 8<<30 || !n.Ready || !strings.HasPrefix(n.CIDR, "10.244.") || n.IP == "" {
				t.Errorf("node %+v", n)
			}
		}
		if arriving != 1 {
			t.Errorf("%d pods are arriving on the node that was chosen", arriving)
		}
		return
	}
	t.Fatal("no binding arrived")
}
