package sim

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/apiserver"
	"orrery/sim/controller"
	"orrery/sim/engine"
	"orrery/sim/node/image"
	"orrery/sim/node/kubelet"
	"orrery/sim/node/runtime"
	"orrery/sim/scheduler"
)

// Config is everything about a world that is not a command. The zero Config is the default world.
type Config struct {
	Seed   uint64 `json:"seed"`   // of all chance; 7 when zero
	Nodes  int    `json:"nodes"`  // 1 to 250; 3 when zero
	CPU    string `json:"cpu"`    // of each node, a quantity; "4" when empty
	Memory string `json:"memory"` // of each node, a quantity; "8Gi" when empty
	Pods   int    `json:"pods"`   // that each node takes; 110 when zero
	// Begin is how long after engine.Epoch the world begins: what its clocks show then.
	Begin time.Duration `json:"begin,omitempty"`
	// The components' own knobs; DefaultConfig of their packages when nil.
	APIServer  *apiserver.Config  `json:"apiserver,omitempty"`
	Controller *controller.Config `json:"controller,omitempty"`
	Scheduler  *scheduler.Config  `json:"scheduler,omitempty"`
	Kubelet    *kubelet.Config    `json:"kubelet,omitempty"`
	Runtime    *runtime.Config    `json:"runtime,omitempty"`
	// Images are on every node from the beginning, besides the sandboxes' own.
	Images []string `json:"images,omitempty"`
}

// nodesMax is how many /24 networks 10.244.0.0/16 has, less a few.
const nodesMax = 250

// complete fills in the defaults and refuses what cannot be.
func (c Config) complete() (Config, error) {
	if c.Seed == 0 {
		c.Seed = 7
	}
	if c.Nodes == 0 {
		c.Nodes = 3
	}
	if c.CPU == "" {
		c.CPU = "4"
	}
	if c.Memory == "" {
		c.Memory = "8Gi"
	}
	if c.Pods == 0 {
		c.Pods = 110
	}
	if c.APIServer == nil {
		c.APIServer = &apiserver.DefaultConfig
	}
	if c.Controller == nil {
		c.Controller = &controller.DefaultConfig
	}
	if c.Scheduler == nil {
		c.Scheduler = &scheduler.DefaultConfig
	}
	if c.Kubelet == nil {
		c.Kubelet = &kubelet.DefaultConfig
	}
	if c.Runtime == nil {
		c.Runtime = &runtime.DefaultConfig
	}
	for _, name := range c.Images {
		if _, err := findImage(name); err != nil {
			return c, err
		}
	}
	if c.Nodes < 1 || c.Nodes > nodesMax {
		return c, fmt.Errorf("a cluster has 1 to %d nodes, not %d", nodesMax, c.Nodes)
	}
	for _, q := range []string{c.CPU, c.Memory} {
		if _, err := resource.ParseQuantity(q); err != nil {
			return c, fmt.Errorf("a node's cpu or memory %q: %w", q, err)
		}
	}
	if err := c.Scheduler.Validate(); err != nil {
		return c, err
	}
	if c.Begin < 0 {
		return c, fmt.Errorf("a world begins at %s or later", engine.Epoch.Format(time.RFC3339))
	}
	if c.Pods < 1 || c.Pods > 250 {
		return c, fmt.Errorf("a node takes 1 to 250 pods, not %d", c.Pods)
	}
	return c, nil
}

// findImage returns an image by name, or why there is none.
func findImage(name string) (*image.Image, error) {
	r, message := image.Parse(name)
	if message != "" {
		return nil, fmt.Errorf("image %q: %s", name, message)
	}
	i, message := image.Find(r)
	if message != "" {
		return nil, fmt.Errorf("image %q: %s", name, message)
	}
	return i, nil
}
